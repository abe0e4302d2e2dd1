import {
  BlipqError,
  batchItemsMax,
  cutText,
  invalidField,
  requestSchemas,
  taskOf,
  type WorkRequest,
} from '@blipq/contracts';
import type { Request, Response } from 'express';
import { type BatchExtent, BatchFlow, type BatchHead, type BatchSink } from './batch-flow.js';
import { headOf, itemTooLarge, readItem } from './batch-json.js';
import { batchBounds, batchHeldBytesMax, workJsonBytesMax } from './body-bytes-max.js';
import { ByteOrderMark } from './byte-order-mark.js';
import { GrowingBytes } from './growing-bytes.js';
import { jsonHash } from './json-hash.js';
import { JsonMembers } from './json-members.js';
import { mediaTypeOf } from './media-type.js';
import { refuseQuery } from './parse-query.js';
import { refuseEncoded } from './read-body.js';
import { readFields } from './read-fields.js';
import { textPart } from './read-form.js';
import { type FilePolicy, openForm, type UploadedFile } from './read-upload.js';
import { receiveBody } from './receive-body.js';

const ndjsonTypes = ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines'];

/**
 * Reads `POST /v1/batches`: JSON `items`, an item in each line (NDJSON), or a form with files `images` and text fields
 * that apply to all of them. What is asked says what an item is. Items are handed over while the body arrives; see
 * `BatchFlow`.
 *
 * @throws BlipqError about the body as a whole; about single items it is handed over
 */
export async function readBatch(req: Request, res: Response, sink: BatchSink): Promise<BatchExtent> {
  refuseQuery(req, 'the body');
  const type = mediaTypeOf(req);
  if (type === 'multipart/form-data') return await readForm(req, res, sink);
  if (type === 'application/json') return await readJson(req, res, sink);
  if (ndjsonTypes.includes(type)) return await readLines(req, res, sink);
  throw new BlipqError(
    'unsupported_media_type',
    'Send multipart/form-data with files images, application/json, or application/x-ndjson.',
  );
}

async function readJson(req: Request, res: Response, sink: BatchSink): Promise<BatchExtent> {
  refuseEncoded(req);
  const flow = new BatchFlow({
    ...{ sink, heldBytesMax: batchHeldBytesMax.json },
    head: () => headOf(members.hasList ? { ...(members.value as object), items: [] } : members.value),
  });
  const members = new JsonMembers({
    ...{ list: 'items', bytesMax: workJsonBytesMax },
    onItem: (bytes) => putItem(flow, bytes, true),
  });
  const mark = new ByteOrderMark();
  let said: string | undefined;
  await receiveBody(
    ...[req, res],
    (piece) => {
      members.push(mark.skip(piece));
      const draining = flow.drain();
      if (draining !== undefined) said ??= JSON.stringify(members.value);
      return draining;
    },
    batchBounds,
  );
  members.end();
  if (said !== undefined && said !== JSON.stringify(members.value))
    throw tooLate('metadata and webhook', 'items', 'body');
  if (!members.hasList) {
    headOf(members.value);
    throw invalidField('items', 'is required');
  }
  if (flow.next === 0) throw invalidField('items', 'is empty');
  return await flow.end();
}

/** Of JSON as a whole, an item that is not JSON spoils everything, where nothing has been taken yet. */
function putItem(flow: BatchFlow, bytes: Buffer | undefined, inWhole: boolean): void {
  const index = flow.next;
  if (index === batchItemsMax) {
    flow.putBeyond();
    return;
  }
  const item =
    bytes === undefined ? { request: itemTooLarge(index), hash: 'too long', key: undefined } : readItem(bytes, index);
  const { key, hash } = item;
  const request = key === undefined || flow.isNew(key) ? item.request : duplicateKey(index);
  const isBroken = request instanceof BlipqError && (request.code === 'malformed_json' || bytes === undefined);
  if (inWhole && isBroken && !flow.flows) throw request;
  flow.put(key, bytes?.length ?? 0, () => ({ request, hash }));
}

function duplicateKey(index: number): BlipqError {
  const [field, message] = [`items.${index}.key`, 'is the key of another item of this batch'];
  return new BlipqError('duplicate_key', `${field} ${message}.`, { errors: [{ field, message }] });
}

async function readLines(req: Request, res: Response, sink: BatchSink): Promise<BatchExtent> {
  refuseEncoded(req);
  let head: BatchHead = {};
  const flow = new BatchFlow({ sink, heldBytesMax: 0, head: () => head });
  let line = new GrowingBytes(workJsonBytesMax);
  const mark = new ByteOrderMark();
  let isFirst = true;
  const endLine = () => {
    const { tooLong } = line;
    const text = line.take();
    line = new GrowingBytes(workJsonBytesMax);
    if (!tooLong && text.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09)) return;
    const said = isFirst && !tooLong ? headLine(text) : undefined;
    isFirst = false;
    if (said !== undefined) head = said;
    else putItem(flow, tooLong ? undefined : text, false);
  };
  await receiveBody(
    ...[req, res],
    (marked) => {
      const piece = mark.skip(marked);
      for (let at = 0; at < piece.length; ) {
        const end = piece.indexOf('\n', at);
        line.push(piece.subarray(at, end === -1 ? piece.length : end));
        if (end !== -1) endLine();
        at = end === -1 ? piece.length : end + 1;
      }
      return flow.drain();
    },
    batchBounds,
  );
  endLine();
  if (flow.next === 0) throw invalidField('items', 'is empty; send one item in each line');
  return await flow.end();
}

/** What the first line says of the batch as a whole, if that is what it is for. */
function headLine(text: Buffer): BatchHead | undefined {
  if (!/^\s*\{\s*"batch"/.test(text.toString('latin1', 0, 200))) return undefined;
  const { request } = readItem(text, 0);
  if (request instanceof BlipqError && request.code === 'malformed_json') throw request;
  const { batch, ...others } = JSON.parse(text.toString()) as { batch: unknown };
  const [other] = Object.keys(others);
  if (other !== undefined) throw invalidField(other, 'does not belong into the line that has batch');
  return headOf(batch);
}

const manyImages: FilePolicy = (part, acceptedBefore) => {
  const { field } = part;
  const isText = Object.values(requestSchemas).some(({ fieldNames }) => fieldNames.includes(field));
  if (isText) return textPart(part);
  if (field !== 'images') return invalidField(field, 'is not a field of this form; images go into images');
  // One more says that there are too many.
  return acceptedBefore <= batchItemsMax ? 'accept' : 'skip';
};

async function readForm(req: Request, res: Response, sink: BatchSink): Promise<BatchExtent> {
  const form = openForm(req, manyImages, batchItemsMax + 1);
  const { files, fields } = form.upload;
  let asked: Omit<WorkRequest, 'image'> = {};
  const flow = new BatchFlow({
    ...{ sink, heldBytesMax: batchHeldBytesMax.form },
    head: () => {
      const { metadata, webhook, ...options } = readFields(taskOf(Object.fromEntries(fields)), [...fields]);
      asked = options;
      return { ...(metadata && { metadata }), ...(webhook && { webhook }) };
    },
  });
  const put = ({ bytes, filename }: UploadedFile) =>
    flow.put(cutText(filename ?? '', 200) || undefined, bytes.length, () => ({
      request: { image: bytes, ...asked } as WorkRequest,
      hash: jsonHash({ ...asked, bytes }),
    }));
  let fieldsSaid: number | undefined;
  const countOf = () => [...fields.values()].flat().length;
  await receiveBody(
    ...[req, res],
    (piece) => {
      form.push(piece);
      for (const file of files.splice(0)) put(file);
      const draining = flow.drain();
      if (draining !== undefined) fieldsSaid ??= countOf();
      return draining;
    },
    batchBounds,
  );
  await form.end();
  for (const file of files.splice(0)) put(file);
  if (fieldsSaid !== undefined && fieldsSaid !== countOf()) throw tooLate('text fields', 'the images', 'form');
  if (flow.next === 0) {
    readFields(taskOf(Object.fromEntries(fields)), [...fields]);
    throw new BlipqError('missing_image', 'Send the images in file fields named images.');
  }
  return await flow.end();
}

function tooLate(what: string, before: string, body: string): BlipqError {
  return invalidField('', `In a ${body} as long as this, ${what} must come before ${before}.`);
}
