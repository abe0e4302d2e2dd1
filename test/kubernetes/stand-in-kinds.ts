import type { Cluster } from './cluster.js';

/** The kinds of KEDA, the Prometheus operator and the Gateway API that the chart has. */
const kinds = {
  'keda.sh/v1alpha1': ['ScaledObject'],
  'monitoring.coreos.com/v1': ['ServiceMonitor', 'PodMonitor', 'PrometheusRule'],
  'gateway.networking.k8s.io/v1': ['HTTPRoute'],
};

/**
 * Definitions that take anything, in the place of the real ones that a cluster lacks: test/deploy checks those objects by
 * their schemas.
 * @returns the names of those that were made
 */
export function addStandInKinds(cluster: Cluster): string[] {
  const prefix = 'customresourcedefinition.apiextensions.k8s.io/';
  const there = cluster.done('get', 'customresourcedefinitions', '-o', 'name').split('\n');
  const items = Object.entries(kinds)
    .flatMap(([apiVersion, names]) => names.map((kind) => definition(apiVersion, kind)))
    .filter(({ metadata }) => !there.includes(`${prefix}${metadata.name}`));
  if (items.length === 0) return [];
  const { status, stderr } = cluster.kubectl(
    ['create', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  );
  if (status !== 0) throw new Error(stderr);
  const made = items.map(({ metadata }) => `${prefix}${metadata.name}`);
  cluster.done('wait', '--for=condition=Established', '--timeout=120s', ...made);
  // One that is deleted before its objects can be listed stays for minutes: its finalizer seldom tries again.
  cluster.done('get', items.map(({ metadata }) => metadata.name).join(','), '--all-namespaces');
  return made;
}

function definition(apiVersion: string, kind: string) {
  const [group, version] = apiVersion.split('/') as [string, string];
  const singular = kind.toLowerCase();
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${singular}s.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, singular, plural: `${singular}s` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}
