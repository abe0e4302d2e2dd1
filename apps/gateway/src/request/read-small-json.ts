import { BlipqError } from '@blipq/contracts';
import type { Request, Response } from 'express';
import { mediaTypeOf } from './media-type.js';
import { readJsonBody } from './read-body.js';

/** A URL at its longest, escaped. */
const bytesMax = 16 * 1024;

/**
 * Reads the JSON of a request that brings no image.
 *
 * @throws BlipqError `unsupported_media_type`, and what reading JSON throws
 */
export async function readSmallJson(req: Request, res: Response): Promise<unknown> {
  if (mediaTypeOf(req) !== 'application/json') {
    throw new BlipqError('unsupported_media_type', 'Send a JSON object as application/json.');
  }
  const value = await readJsonBody(req, res, bytesMax);
  res.locals.bodyDone?.();
  return value;
}
