import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { holderOf } from './authenticate.js';
import { type BodyMemory, tooManyUploads } from './body-memory.js';
import type { Places } from './places.js';

interface UploadParts {
  /** Bodies under way. */
  bodies: Places;
  /** Bytes of them, and of fetched images, in memory. */
  memory: BodyMemory;
  /** Bytes of a body that are in memory at once, at most: a longer one is refused or read in parts. */
  heldBytesMax: number;
}

/**
 * Admits a bounded number of bodies at once and has their bytes counted as they arrive. Further ones, and those for which
 * there is no room by what their headers say, are refused before any of their bytes is read. A body holds its place
 * until its image has become pixels. Fails with `queue_full`.
 */
export function admitUploads({ bodies, memory, heldBytesMax }: UploadParts): RequestHandler {
  return (req: Request, res: Response, next: NextFunction) => {
    const announced = Number(req.get('content-length') ?? 0);
    if (announced === 0 && req.headers['transfer-encoding'] === undefined) return next();
    const holder = holderOf(req, res);
    const account = memory.open(holder, Math.min(announced, heldBytesMax));
    const leave = bodies.take(holder);
    if (leave === undefined) throw tooManyUploads();
    res.locals.chargeBody = (bytes) => account.add(bytes);
    res.locals.releaseBody = (bytes) => account.release(bytes);
    res.locals.bodyDone = () => {
      leave();
      account.close();
    };
    res.once('close', res.locals.bodyDone);
    next();
  };
}
