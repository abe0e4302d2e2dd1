import { BlipqError } from '@blipq/contracts';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { bodyBytesMax } from '../request/read-upload.js';
import { mediaTypeOf } from '../request/read-work.js';
import { tenantOf } from './authenticate.js';
import type { Places } from './places.js';

declare global {
  namespace Express {
    interface Locals {
      /** Says that nothing of the body is in memory any more. The end of the answer says it, too. */
      bodyDone?: () => void;
    }
  }
}

export interface UploadPlaces {
  /** Bodies under way. */
  uploads: Places;
  /** Bytes that they take in memory. */
  uploadBytes: Places;
}

/** How often a body is in memory at most: its pieces and the whole; JSON as bytes, text, value and image. */
const copies = { json: 4, other: 2 };
/** A body of one image that does not say how long it is; readers take no more than this of it. */
const oneImageBytesMax = 15 * 1024 * 1024;

/**
 * Lets so many bodies, and bytes of them, be under way at once and refuses further ones before any of their bytes is
 * read. A body's place is held until its image has become pixels.
 */
export function admitUploads({ uploads, uploadBytes }: UploadPlaces): RequestHandler {
  return (req: Request, res: Response, next: NextFunction) => {
    const bytes = bodyBytes(req);
    if (bytes === 0) return next();
    const tenant = tenantOf(res);
    const place = uploads.take(tenant);
    const memory =
      place && uploadBytes.take(tenant, bytes * (mediaTypeOf(req) === 'application/json' ? copies.json : copies.other));
    if (memory === undefined) {
      place?.();
      throw new BlipqError('queue_full', 'Too many uploads are under way. Send this one again in a second.', {
        retryAfterS: 1,
      });
    }
    res.locals.bodyDone = () => {
      place?.();
      memory();
    };
    res.once('close', res.locals.bodyDone);
    next();
  };
}

/** How much of a body is read, from what its head says. */
function bodyBytes(req: Request): number {
  const max = /^\/v1\/batches\b/.test(req.originalUrl) ? bodyBytesMax : oneImageBytesMax;
  if (req.headers['transfer-encoding'] !== undefined) return max;
  return Math.min(Number(req.get('content-length') ?? 0), max);
}
