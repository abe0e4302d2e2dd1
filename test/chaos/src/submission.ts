import { type Ask, patienceMs } from './client.js';
import type { ImageFile } from './images.js';
import type { PlannedRequest, Scene } from './planned-request.js';

/** The request that submits a caption, in the form that is planned. */
export function submissionOf(request: PlannedRequest, scene: Scene, image: ImageFile, receiver: string | null): Ask {
  const { identity, timeoutS, preferS } = request;
  const params = { num_beams: scene.numBeams, max_new_tokens: scene.maxNewTokens };
  const fields = {
    ...(scene.prompt !== null && { prompt: scene.prompt }),
    ...(timeoutS !== null && { timeout_s: timeoutS }),
  };
  const headers = {
    ...(identity.kind === 'key' && { 'idempotency-key': identity.key }),
    ...(preferS !== null && { prefer: `wait=${preferS}` }),
  };
  const put = identity.kind === 'put';
  const to = { method: put ? 'PUT' : 'POST', answers: [200, 202], timeoutMs: patienceMs + 1000 * (preferS ?? 0) };
  const path = put ? `/v1/captions/${identity.id}` : '/v1/captions';
  const flat = Object.entries({ ...fields, ...params }).map(([name, value]) => [name, String(value)] as const);
  // A body that is the image itself has no place for a webhook.
  switch (request.form === 'raw' && receiver !== null ? 'json' : request.form) {
    case 'json': {
      const webhook = receiver === null ? {} : { webhook: { url: receiver } };
      const body = JSON.stringify({ image: { base64: image.bytes.toString('base64') }, ...fields, params, ...webhook });
      return { ...to, path, headers: { ...headers, 'content-type': 'application/json' }, body: () => body };
    }
    case 'raw': {
      const query = new URLSearchParams(Object.fromEntries(flat));
      const typed = { ...headers, 'content-type': image.type };
      return { ...to, path: `${path}?${query}`, headers: typed, body: () => image.bytes };
    }
    case 'multipart': {
      const all = receiver === null ? flat : [...flat, ['webhook', receiver] as const];
      return { ...to, path, headers, body: () => formOf(image, all) };
    }
  }
}

function formOf(image: ImageFile, fields: readonly (readonly [string, string])[]): FormData {
  const form = new FormData();
  for (const [field, value] of fields) form.set(field, value);
  form.set('image', new Blob([image.bytes], { type: image.type }), 'image');
  return form;
}
