import { BlipqError } from '@blipq/contracts';

/** Every place for a request that waits for work, or watches it, is taken. */
export function tooManyWaits(): BlipqError {
  return new BlipqError('queue_full', 'Too many requests are waiting for captions. Ask again in a second.', {
    retryAfterS: 1,
  });
}
