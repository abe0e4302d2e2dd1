import { BlipqError } from '@blipq/contracts';
import type { Request, Response } from 'express';
import { GrowingBytes } from './growing-bytes.js';
import { parseJson } from './parse-json.js';
import { receiveBody } from './receive-body.js';

/**
 * Reads a whole body into memory of its own, so that it can move to another thread instead of being copied.
 *
 * @throws BlipqError `image_too_large`, `unsupported_media_type` (compressed), and what receiving a body can throw
 */
export async function readBody(req: Request, res: Response, bytesMax: number): Promise<Buffer> {
  refuseEncoded(req);
  const body = new GrowingBytes(bytesMax);
  await receiveBody(req, res, (piece) => {
    body.push(piece);
    if (body.tooLong) throw new BlipqError('image_too_large', `The body is longer than ${bytesMax} bytes.`);
  });
  return body.take();
}

/** @throws BlipqError what `readBody` and `parseJson` throw */
export async function readJsonBody(req: Request, res: Response, bytesMax: number): Promise<unknown> {
  const body = await readBody(req, res, bytesMax);
  // The texts of its value live on beside the images that are decoded from them.
  res.locals.chargeBody?.(body.length);
  return parseJson(body);
}

/** A compressed body could be a bomb, and images are compressed already. */
export function refuseEncoded(req: Request): void {
  if (/^(identity)?$/i.test(req.get('content-encoding') ?? '')) return;
  throw new BlipqError('unsupported_media_type', 'Send the body without a Content-Encoding.');
}
