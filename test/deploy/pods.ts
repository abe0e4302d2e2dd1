import type { KubernetesObject } from './render.js';

/** What makes pods, and the pods that it makes. */
export interface Workload {
  name: string;
  kind: string;
  /** gateway, worker, notifier, model-download or valkey. */
  component: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
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
      component: template.metadata.labels['app.kubernetes.io/component'],
      labels: template.metadata.labels,
      annotations: template.metadata.annotations ?? {},
      spec: template.spec,
      containers: template.spec.containers,
      allContainers: [...(template.spec.initContainers ?? []), ...template.spec.containers],
    }));
}

/** The first of a component's. */
export function podOf(pods: Workload[], component: string): Workload {
  const found = pods.find((pod) => pod.component === component);
  if (found === undefined) throw new Error(`there is no ${component}`);
  return found;
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

interface Variable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string }; fieldRef?: { fieldPath: string } };
}

/** The environment that a container's own variables give it, without those from Secrets. */
export function settings(container: Workload['containers'][number]): Record<string, string> {
  const plain = variables(container).filter(({ valueFrom }) => valueFrom === undefined);
  return Object.fromEntries(plain.map(({ name, value }) => [name, value!]));
}

/** Which key of which Secret each variable comes from. */
export function secretSettings(
  container: Workload['containers'][number],
): Record<string, { name: string; key: string }> {
  const secret = variables(container).filter(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined);
  return Object.fromEntries(secret.map(({ name, valueFrom }) => [name, valueFrom!.secretKeyRef!]));
}

function variables({ env = [] }: { env?: Variable[] }): Variable[] {
  return env;
}
