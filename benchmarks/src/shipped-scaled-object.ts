import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { ScaledObjectSpec } from './keda-model.js';

/** The ScaledObject of the profile gpu, as `helm install` applies it. */
export function shippedScaledObject(): ScaledObjectSpec {
  const manifests = readFileSync(new URL('../../k8s/rendered/gpu.yaml', import.meta.url), 'utf8');
  const objects = parseAllDocuments(manifests).map((document) => document.toJS());
  return objects.find((object) => object?.kind === 'ScaledObject').spec;
}
