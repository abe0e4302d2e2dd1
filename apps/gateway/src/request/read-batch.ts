import {
  BlipqError,
  batchItemsMax,
  invalidField,
  parseFields,
  requestSchemas,
  taskOf,
  type WebhookRequest,
  type WorkMetadata,
  type WorkRequest,
} from '@blipq/contracts';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { batchJson } from './batch-json.js';
import { batchJsonBytesMax } from './body-bytes-max.js';
import { jsonHash } from './json-hash.js';
import { mediaTypeOf } from './media-type.js';
import { readJsonBody } from './read-body.js';
import { readFields } from './read-fields.js';
import { textPart } from './read-form.js';
import { type FilePolicy, readUpload } from './read-upload.js';
import { withWebhookObject, workOf } from './read-work.js';

export interface BatchRequest {
  /** What each item asks for, or why it cannot be read. */
  items: (WorkRequest | BlipqError)[];
  metadata?: WorkMetadata;
  webhook?: WebhookRequest;
  /** Hash of what was sent. */
  fingerprint: string;
}

/**
 * Reads `POST /v1/batches`: JSON `items`, or a form with files `images` and text fields that apply to all of them. What is
 * asked says what an item is.
 *
 * @throws BlipqError about the body as a whole; about single items it is returned
 */
export async function readBatch(req: Request, res: Response): Promise<BatchRequest> {
  const type = mediaTypeOf(req);
  if (type === 'multipart/form-data') return await readForm(req, res);
  if (type === 'application/json') return readItems(await readJsonBody(req, res, batchJsonBytesMax));
  throw new BlipqError('unsupported_media_type', 'Send multipart/form-data with files images, or application/json.');
}

const envelope = batchJson.extend({ items: z.array(z.unknown()) });

function readItems(json: unknown): BatchRequest {
  const { items, metadata, webhook } = parseFields(envelope, withWebhookObject(json));
  if (items.length === 0) throw invalidField('items', 'is empty');
  if (items.length > batchItemsMax) throw tooLarge();
  const fingerprint = jsonHash({ items, metadata, webhook });
  return { items: items.map(readItem), fingerprint, ...(metadata && { metadata }), ...(webhook && { webhook }) };
}

function readItem(item: unknown, index: number): WorkRequest | BlipqError {
  try {
    return workOf(taskOf(item), item, `items.${index}`);
  } catch (error) {
    if (error instanceof BlipqError) return error;
    throw error;
  }
}

const manyImages: FilePolicy = (part, acceptedBefore) => {
  const { field } = part;
  const isText = Object.values(requestSchemas).some(({ fieldNames }) => fieldNames.includes(field));
  if (isText) return textPart(part);
  if (field !== 'images') return invalidField(field, 'is not a field of this form; images go into images');
  return acceptedBefore < batchItemsMax ? 'accept' : tooLarge();
};

async function readForm(req: Request, res: Response): Promise<BatchRequest> {
  const { files, fields } = await readUpload(req, res, manyImages);
  const { metadata, webhook, ...options } = readFields(taskOf(Object.fromEntries(fields)), [...fields]);
  if (files.length === 0) throw new BlipqError('missing_image', 'Send the images in file fields named images.');
  const fingerprint = jsonHash({ fields: Object.fromEntries(fields), files: files.map(({ bytes }) => bytes) });
  const items = files.map(({ bytes }): WorkRequest => ({ image: bytes, ...options }));
  return { items, fingerprint, ...(metadata && { metadata }), ...(webhook && { webhook }) };
}

function tooLarge(): BlipqError {
  return new BlipqError('batch_too_large', `A batch takes at most ${batchItemsMax} images.`);
}
