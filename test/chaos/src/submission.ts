import { type Ask, patienceMs } from './client.js';
import type { ImageHosts } from './image-hosts.js';
import type { ImageFile } from './images.js';
import type { PlannedBatch } from './planned-batch.js';
import type { PlannedRequest } from './planned-request.js';
import { namesOf, type Scene } from './scene.js';

/** The request that submits a caption, an answer or a match, in the form that is planned. */
export function submissionOf(request: PlannedRequest, scene: Scene, image: ImageFile, receiver: string | null): Ask {
  const { tenant, identity, timeoutS, preferS } = request;
  const headers = {
    ...(identity.kind === 'key' && { 'idempotency-key': identity.key }),
    ...(preferS !== null && { prefer: `wait=${preferS}` }),
  };
  const put = identity.kind === 'put';
  const timeoutMs = patienceMs + 1000 * (preferS ?? 0);
  const to = { tenant, method: put ? 'PUT' : 'POST', answers: [200, 202], timeoutMs };
  const collection = `/v1/${namesOf(scene.kind).collection}`;
  const path = put ? `${collection}/${identity.id}` : collection;
  // A body that is the image itself has no place for a webhook.
  switch (request.form === 'raw' && receiver !== null ? 'json' : request.form) {
    case 'json': {
      const webhook = receiver === null ? {} : { webhook: { url: receiver } };
      const body = JSON.stringify({ ...itemOf(scene, inline(image), timeoutS), ...webhook });
      return { ...to, path, headers: { ...headers, 'content-type': 'application/json' }, body: () => body };
    }
    case 'raw': {
      const query = new URLSearchParams(fieldsOf(scene, timeoutS));
      const typed = { ...headers, 'content-type': image.type };
      return { ...to, path: `${path}?${query}`, headers: typed, body: () => image.bytes };
    }
    case 'multipart': {
      const fields = [...fieldsOf(scene, timeoutS), ...webhookField(receiver)];
      return { ...to, path, headers, body: () => formOf('image', [image], fields) };
    }
  }
}

interface BatchParts {
  batch: PlannedBatch;
  key: string | null;
  /** By scene. */
  scenes: readonly Scene[];
  images: readonly ImageFile[];
  hosts: ImageHosts;
  receiver: string | null;
}

/** The request that submits a batch. While it is being stored, a repeated one is answered 409. */
export function batchSubmissionOf({ batch, key, scenes, images, hosts, receiver }: BatchParts): Ask {
  const { tenant, form, items } = batch;
  const headers = { ...(key !== null && { 'idempotency-key': key }) };
  const hangUp = batch.hangUpMs === null ? {} : { hangUpMs: batch.hangUpMs };
  const to = { tenant, method: 'POST', path: '/v1/batches', answers: [202, 409], ...hangUp };
  if (form === 'multipart') {
    const { scene, timeoutS } = items[0]!;
    const fields = [...fieldsOf(scenes[scene]!, timeoutS), ...webhookField(receiver)];
    const files = items.map((item) => images[item.scene]!);
    return { ...to, headers, body: () => formOf('images', files, fields) };
  }
  const webhook = receiver === null ? {} : { webhook: { url: receiver } };
  const all = items.map(({ scene, source, timeoutS }) => {
    const image = source === null ? inline(images[scene]!) : { url: hosts.urlOf(source, scene) };
    return itemOf(scenes[scene]!, image, timeoutS);
  });
  const isJson = form === 'json';
  const body = isJson
    ? JSON.stringify({ items: all, ...webhook })
    : [{ batch: webhook }, ...all].map((line) => JSON.stringify(line)).join('\n');
  const type = isJson ? 'application/json' : 'application/x-ndjson';
  return { ...to, headers: { ...headers, 'content-type': type }, body: () => body };
}

const inline = ({ bytes }: ImageFile) => ({ base64: bytes.toString('base64') });

const itemOf = ({ asks }: Scene, image: { base64: string } | { url: string }, timeoutS: number | null) => ({
  ...{ image, ...asks },
  ...(timeoutS !== null && { timeout_s: timeoutS }),
});

type Field = [name: string, value: string];

/** As a form or a query has it: parameters beside the others, lists as fields that are repeated. */
function fieldsOf({ asks: { params, ...others } }: Scene, timeoutS: number | null): Field[] {
  const all = { ...others, ...params, ...(timeoutS !== null && { timeout_s: timeoutS }) };
  return Object.entries(all).flatMap(([name, value]) => [value].flat().map((one): Field => [name, String(one)]));
}

const webhookField = (receiver: string | null): Field[] => (receiver === null ? [] : [['webhook', receiver]]);

function formOf(name: string, images: readonly ImageFile[], fields: readonly Field[]): FormData {
  const form = new FormData();
  for (const [field, value] of fields) form.append(field, value);
  for (const { bytes, type } of images) form.append(name, new Blob([bytes], { type }), 'image');
  return form;
}
