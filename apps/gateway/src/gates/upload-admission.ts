import { BlipqError } from '@blipq/contracts';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { mediaTypeOf } from '../request/media-type.js';
import { tenantOf } from './authenticate.js';
import type { Places } from './places.js';

declare global {
  namespace Express {
    interface Locals {
      /** Call it once nothing of the body is in memory any more. The end of the answer calls it, too. */
      bodyDone?: () => void;
    }
  }
}

/** How many copies of a body are in memory at most: its pieces and the whole; JSON as bytes, text, value and image. */
const copies = { json: 4, other: 2 };

interface UploadPlaces {
  /** Bodies under way. */
  bodies: Places;
  /** Bytes that they take in memory. */
  bytes: Places;
}

/**
 * Admits a bounded number of bodies, and of their bytes, at once and refuses further ones before any of their bytes is
 * read. A body holds its place until its image has become pixels.
 */
export class UploadAdmission {
  readonly #places: UploadPlaces;

  constructor(places: UploadPlaces) {
    this.#places = places;
  }

  /**
   * Admits the bodies of one route. Fails with `queue_full`.
   *
   * @param bytesMax how many bytes of a body the readers of this route take at most
   */
  admit(bytesMax: number): RequestHandler {
    return (req: Request, res: Response, next: NextFunction) => {
      const bytes = bytesToRead(req, bytesMax);
      if (bytes === 0) return next();
      const tenant = tenantOf(res);
      const body = this.#places.bodies.take(tenant);
      const kind = mediaTypeOf(req) === 'application/json' ? 'json' : 'other';
      const memory = body && this.#places.bytes.take(tenant, bytes * copies[kind]);
      if (memory === undefined) {
        body?.();
        throw new BlipqError('queue_full', 'Too many uploads are under way. Send this one again in a second.', {
          retryAfterS: 1,
        });
      }
      res.locals.bodyDone = () => {
        body?.();
        memory();
      };
      res.once('close', res.locals.bodyDone);
      next();
    };
  }
}

/** How much of a body will be read, as far as its headers tell. */
function bytesToRead(req: Request, bytesMax: number): number {
  if (req.headers['transfer-encoding'] !== undefined) return bytesMax;
  return Math.min(Number(req.get('content-length') ?? 0), bytesMax);
}
