import { type ModelManifest, modelManifest } from '@blipq/contracts';

/** What a worker has registered, of whatever version: the manifest, or why this version cannot read it. */
export function readManifest(json: string): ModelManifest | string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return 'it is not JSON';
  }
  const { success, data, error } = modelManifest.safeParse(value);
  return success ? data : error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
