import type { KubernetesObject } from './render.js';

/** What makes pods, and the pods that it makes. */
export interface Workload {
  name: string;
  kind: string;
  labels: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: a pod's spec as plain JSON
  spec: any;
  /** The containers that keep running. */
  // biome-ignore lint/suspicious/noExplicitAny: containers as plain JSON
  containers: any[];
  /** And those that run before them. */
  // biome-ignore lint/suspicious/noExplicitAny: containers as plain JSON
  allContainers: any[];
}

export function workloads(objects: KubernetesObject[]): Workload[] {
  const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'];
  return objects
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, metadata, spec: { template } }) => ({
      name: metadata.name,
      kind,
      labels: template.metadata.labels,
      spec: template.spec,
      containers: template.spec.containers,
      allContainers: [...(template.spec.initContainers ?? []), ...template.spec.containers],
    }));
}

export function byName(objects: KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

/** Whether a label selector takes in these labels. */
export function selects(
  selector: {
    matchLabels?: Record<string, string>;
    matchExpressions?: { key: string; operator: string; values: string[] }[];
  },
  labels: Record<string, string>,
): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      if (operator !== 'In') throw new Error(`no ${operator} here yet`);
      return values.includes(labels[key]!);
    })
  );
}

/** The environment that a container's ConfigMaps and own variables give it. */
export function settings(
  objects: KubernetesObject[],
  container: Workload['containers'][number],
): Record<string, string> {
  const maps = (container.envFrom ?? []).flatMap(({ configMapRef }: { configMapRef?: { name: string } }) =>
    configMapRef ? [byName(objects, 'ConfigMap', configMapRef.name).data] : [],
  );
  const own = (container.env ?? []).map(({ name, value }: { name: string; value: string }) => [name, value]);
  return Object.assign({}, ...maps, Object.fromEntries(own));
}
