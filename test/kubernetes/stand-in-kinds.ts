import { stringify } from 'yaml';

/** The kinds of KEDA, the Prometheus operator and the Gateway API that the chart has. */
const kinds = {
  'keda.sh/v1alpha1': ['ScaledObject'],
  'monitoring.coreos.com/v1': ['ServiceMonitor', 'PodMonitor', 'PrometheusRule'],
  'gateway.networking.k8s.io/v1': ['HTTPRoute'],
};

/** Definitions that take anything, in the place of the real ones: test/deploy checks those objects by their schemas. */
export const standInKinds: string = Object.entries(kinds)
  .flatMap(([apiVersion, names]) => names.map((kind) => stringify(definition(apiVersion, kind))))
  .join('---\n');

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
