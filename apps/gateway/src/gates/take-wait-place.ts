import { BlipqError } from '@blipq/contracts';
import type { Response } from 'express';
import { tenantOf } from './authenticate.js';
import type { Places } from './places.js';

/**
 * Takes one of the places for requests that wait for work or watch it, until this request is over.
 *
 * @throws BlipqError `queue_full` when all of them are taken
 */
export function takeWaitPlace(waits: Places, res: Response): void {
  const place = waits.take(tenantOf(res));
  if (place === undefined) {
    throw new BlipqError('queue_full', 'Too many requests are waiting for captions. Ask again in a second.', {
      retryAfterS: 1,
    });
  }
  res.once('close', place);
}
