import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { findKubectl } from '../../tools/ensure-kubectl.mjs';

/** A Kubernetes object as plain JSON. */
// biome-ignore lint/suspicious/noExplicitAny: what a policy looks at may be anywhere in any kind of object.
export type KubernetesObject = { apiVersion: string; kind: string; metadata: { name: string }; [key: string]: any };

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Undefined where there is none: tests of the manifests are then skipped. */
export const kubectl: string | undefined = findKubectl();

export const overlays = ['k8s/overlays/dev', 'k8s/overlays/cpu', 'k8s/overlays/gpu', 'k8s/overlays/models'];
export const kustomizations = [
  ...overlays,
  'test/deploy/kustomizations/gpu-mig-prometheus',
  'test/deploy/kustomizations/cpu-tracing',
];

const rendered = new Map<string, KubernetesObject[]>();

/** What `kubectl apply -k` would send. */
export function render(folder: string): KubernetesObject[] {
  const known = rendered.get(folder);
  if (known !== undefined) return known;
  const { status, stdout, stderr } = spawnSync(kubectl!, ['kustomize', folder], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${folder}: ${stderr}`);
  // Kustomize warns about what is deprecated or was not found.
  if (stderr !== '') throw new Error(`${folder}: ${stderr}`);
  const objects = parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject);
  rendered.set(folder, objects);
  return objects;
}
