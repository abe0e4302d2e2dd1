import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { findClient } from '../../tools/kubernetes-clients.mjs';
import { helmTemplate, profiles } from '../../tools/rendered-profile.mjs';

/** A Kubernetes object as plain JSON. */
// biome-ignore lint/suspicious/noExplicitAny: what a policy looks at may be anywhere in any kind of object.
export type KubernetesObject = { apiVersion: string; kind: string; metadata: { name: string }; [key: string]: any };

/** Undefined where there is none: tests that render the chart with other values are then skipped. */
export const helm: string | undefined = findClient('helm');

/** The least that a platform engineer writes. */
export const least = [
  '--set',
  'models[0].name=Salesforce/blip-image-captioning-large',
  '--set',
  'redis.existingSecret=r',
];

const profile = (name: string) => ['--values', `k8s/chart/profiles/${name}.yaml`];
const set = (...values: string[]) => values.flatMap((value) => ['--set', value]);

/** Further combinations, each with what it is about. */
const variants: Record<string, string[]> = {
  least,
  'gpu on slices, with demand from Prometheus': [
    ...profile('gpu'),
    ...set('models[0].device=mig', 'keda.source=prometheus'),
  ],
  'cpu with traces': [...profile('cpu'), ...set('tracing.endpoint=http://otel-collector.observability.svc:4318')],
  'cpu behind an Ingress, on a volume of one node, with private networks': [
    ...profile('cpu'),
    ...set('route.type=ingress', 'route.ingress.className=traefik', 'route.ingress.tlsSecret=tls'),
    ...set('modelStorage.type=rwo', 'fetch.allow={10.1.0.0/16}', 'fetch.ports={8080}', 'webhooks.allow={10.2.0.7}'),
    ...set('webhooks.ports={8443}', 'webhooks.http=true', 'admin.existingSecret=admin', 'hub.existingSecret=hub'),
  ],
  'cpu with pages for operators': [
    ...profile('cpu'),
    ...set(
      'admin.oauth2Proxy.enabled=true',
      'admin.oauth2Proxy.existingSecret=oauth2',
      'admin.oauth2Proxy.host=o.invalid',
    ),
    ...set('admin.oauth2Proxy.issuerUrl=https://login.invalid', 'admin.oauth2Proxy.operators={ada@shop.invalid}'),
  ],
  'gpu with the model in the image': [...profile('gpu'), ...set('modelStorage.type=image', 'models[0].image=a/b:1')],
  'everything from values': [
    ...set('models[0].name=a/b', 'redis.url=rediss://u:p@redis.invalid:6390/1', 'redis.ca.existingSecret=ca'),
    ...set('apiKeys.json=[]', 'hub.token=hf_x', 'webhooks.secret=whsec_YmxpcXEgZGV2ZWxvcG1lbnQgc2VjcmV0IDEyMzQ1Ng=='),
    ...set('gateway.env.BLIPQ_QUEUE_MAX=2000000', 'worker.env.BLIPQ_BATCH_DEADLINE_MS=600000'),
  ],
};

/** What would be applied, by what it is: the profiles as they lie in k8s/rendered, and where there is Helm, more. */
export const installations: Record<string, KubernetesObject[]> = Object.fromEntries([
  ...profiles.map((name) => [name, parse(readFileSync(root(`k8s/rendered/${name}.yaml`), 'utf8'))]),
  ...Object.entries(helm === undefined ? {} : variants).map(([name, args]) => [name, install(args)]),
]);

/** What `helm install blipq` would create with these arguments, in the namespace blipq. */
export function install(args: string[]): KubernetesObject[] {
  return parse(helmTemplate(args));
}

function parse(yaml: string): KubernetesObject[] {
  return parseAllDocuments(yaml)
    .map((document) => {
      const [problem] = [...document.errors, ...document.warnings];
      if (problem !== undefined) throw problem;
      return document.toJS() as KubernetesObject;
    })
    .filter((object) => object !== null);
}

function root(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
