import {
  answerJson,
  BlipqError,
  batchItemsMax,
  captionJson,
  itemKey,
  matchJson,
  parseFields,
  taskOf,
  type WorkRequest,
  webhookRequest,
  workMetadata,
} from '@blipq/contracts';
import { z } from 'zod';
import type { BatchHead, ReadItem } from './batch-flow.js';
import { jsonHash } from './json-hash.js';
import { parseJson } from './parse-json.js';
import { withWebhookObject, workOf } from './read-work.js';

const key = itemKey
  .optional()
  .meta({ description: 'A name of your own, which no other item of the batch has; given back with the result.' });

/** An item of a batch as JSON: what is in it says whether it is a caption, an answer or a match (see taskOf). */
export const captionItem = captionJson.extend({ key });
export const answerItem = answerJson.safeExtend({ key });
export const matchItem = matchJson.extend({ key });

/** What is said of a batch as a whole. */
export const batchHead = z.strictObject({ metadata: workMetadata.optional(), webhook: webhookRequest.optional() });

/**
 * `POST /v1/batches` as JSON. Items are parsed one by one, so that one bad item does not refuse the others; see
 * `readBatch`.
 */
export const batchJson = batchHead.extend({
  items: z
    .array(z.union([captionItem, answerItem, matchItem]))
    .min(1)
    .max(batchItemsMax),
});

/** A line of `POST /v1/batches` as NDJSON: an item or, before all items, what is said of the batch as a whole. */
export const batchLine = z.union([z.strictObject({ batch: batchHead }), captionItem, answerItem, matchItem]);

const envelope = batchHead.extend({ items: z.array(z.unknown()).optional() });

/** @throws BlipqError `invalid_params` */
export function headOf(json: unknown): BatchHead {
  const { metadata, webhook } = parseFields(envelope, withWebhookObject(json));
  return { ...(metadata && { metadata }), ...(webhook && { webhook }) };
}

const named = z.object({ key: itemKey });

/** An item as it stands in a body, at this index; what is wrong with it is returned. */
export function readItem(text: Uint8Array, index: number): Pick<ReadItem, 'key' | 'request' | 'hash'> {
  let name: string | undefined;
  try {
    const json = parseJson(text);
    const at = `items.${index}`;
    const { asked, given } = withoutKey(json);
    name = given === undefined ? undefined : parseFields(named, { key: given }, at).key;
    return { key: name, request: workOf(taskOf(asked), asked, at), hash: jsonHash({ item: json }) };
  } catch (error) {
    if (error instanceof BlipqError) return { key: name, request: error, hash: jsonHash(text) };
    throw error;
  }
}

/** What is said of an item that is longer than an item may be. */
export function itemTooLarge(index: number): WorkRequest | BlipqError {
  const errors = [{ field: `items.${index}`, message: 'is too long' }];
  return new BlipqError('image_too_large', 'The item is longer than one item may be.', { errors });
}

function withoutKey(json: unknown): { asked: unknown; given?: unknown } {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || !('key' in json)) return { asked: json };
  const { key: given, ...asked } = json;
  return { asked, given };
}
