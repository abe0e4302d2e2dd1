import { BlipqError, imageBytesMax, parseFields, type RequestOf, requestSchemas, type Task } from '@blipq/contracts';
import type { Request, Response } from 'express';
import { workJsonBytesMax } from './body-bytes-max.js';
import { mediaTypeOf } from './media-type.js';
import { queryOf, refuseQuery } from './parse-query.js';
import { readBody, readJsonBody } from './read-body.js';
import { readFields } from './read-fields.js';
import { oneImage, readForm } from './read-form.js';
import { readUpload } from './read-upload.js';

/**
 * Reads `POST /v1/captions`, `/v1/answers` and `/v1/matches` in whichever of its forms it was sent.
 *
 * @throws BlipqError about the body: `unsupported_media_type`, `malformed_json`, `malformed_multipart`,
 *   `missing_image`, `image_too_large`, `invalid_params`
 */
export async function readWork<T extends Task>(task: T, req: Request, res: Response): Promise<RequestOf<T>> {
  const type = mediaTypeOf(req);
  if (type === 'multipart/form-data') {
    refuseQuery(req, 'the form');
    return readForm(task, await readUpload(req, res, oneImage(task)));
  }
  if (type === 'application/json') {
    refuseQuery(req, 'the JSON body');
    return workOf(task, await readJsonBody(req, res, workJsonBytesMax));
  }
  // S3 calls files binary/octet-stream.
  if (type.startsWith('image/') || type === 'application/octet-stream' || type === 'binary/octet-stream') {
    const options = readFields(task, queryOf(req));
    return { ...options, image: await readBody(req, res, imageBytesMax) };
  }
  throw new BlipqError(
    'unsupported_media_type',
    'Send multipart/form-data with a file field image, application/json, or the image itself as image/*.',
  );
}

/** @throws BlipqError `missing_image`, or `invalid_params` with every field that is wrong */
export function workOf<T extends Task>(task: T, json: unknown, at = ''): RequestOf<T> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json) && !('image' in json)) {
    const field = at === '' ? 'image' : `${at}.image`;
    throw new BlipqError('missing_image', 'Send the image as {"image": {"url": "…"}} or {"image": {"base64": "…"}}.', {
      errors: [{ field, message: 'is required' }],
    });
  }
  return parseFields(requestSchemas[task].json, withWebhookObject(json), at);
}

/** A webhook's URL alone is enough in JSON as it is in a form. */
export function withWebhookObject(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || !('webhook' in json)) return json;
  return typeof json.webhook === 'string' ? { ...json, webhook: { url: json.webhook } } : json;
}
