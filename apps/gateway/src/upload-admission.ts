import { BlipqError } from '@blipq/contracts';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

/**
 * Lets so many bodies be under way at once and refuses further ones before any of their bytes is read: what they
 * would hold in memory is bounded by this number times the largest body.
 */
export function admitUploads(uploadsMax: number): RequestHandler {
  let open = 0;
  return (req: Request, res: Response, next: NextFunction) => {
    if (req.method !== 'POST' && req.method !== 'PUT') return next();
    if (open >= uploadsMax) {
      throw new BlipqError('queue_full', `${open} uploads are under way already. Send this one again in a second.`, {
        retryAfterS: 1,
      });
    }
    open += 1;
    let held = true;
    const release = () => {
      if (held) open -= 1;
      held = false;
    };
    req.once('end', release);
    res.once('close', release);
    next();
  };
}
