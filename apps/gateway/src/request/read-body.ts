import { BlipqError } from '@blipq/contracts';
import type { Request, Response } from 'express';
import { bodyBytesMax } from './body-bytes-max.js';

/**
 * Reads a whole body into memory of its own, so that it can move to another thread instead of being copied.
 *
 * @throws BlipqError `image_too_large`, `unsupported_media_type` (compressed)
 */
export async function readBody(req: Request, res: Response, bytesMax: number): Promise<Buffer> {
  refuseEncoded(req);
  const announced = Number(req.get('content-length') ?? 0);
  const tooLong = () => new BlipqError('image_too_large', `The body is longer than ${bytesMax} bytes.`);
  if (announced > bodyBytesMax) {
    res.setHeader('Connection', 'close');
    throw tooLong();
  }
  const chunks: Buffer[] = [];
  let length = 0;
  // Ending the iteration early must not destroy the request, because the answer leaves through the same socket.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= bytesMax) chunks.push(chunk);
    else chunks.length = 0;
    if (length > bodyBytesMax) {
      res.setHeader('Connection', 'close');
      break;
    }
  }
  if (length > bytesMax) throw tooLong();
  const body = Buffer.from(new ArrayBuffer(length));
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(body, at);
  return body;
}

/** @throws BlipqError `malformed_json` for bytes that are not UTF-8 or not JSON */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    const detail = error instanceof SyntaxError ? 'The body is not valid JSON.' : 'The body is not valid UTF-8.';
    throw new BlipqError('malformed_json', detail, { cause: error });
  }
}

/** A compressed body could be a bomb, and images are compressed already. */
export function refuseEncoded(req: Request): void {
  if (/^(identity)?$/i.test(req.get('content-encoding') ?? '')) return;
  throw new BlipqError('unsupported_media_type', 'Send the body without a Content-Encoding.');
}
