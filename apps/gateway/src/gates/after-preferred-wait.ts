import { BlipqError } from '@blipq/contracts';
import type { WaitOptions } from '@blipq/queue';
import type { Request, Response } from 'express';
import { preferredWaitS } from '../request/preferred-wait.js';
import { tenantOf } from './authenticate.js';
import type { Places } from './places.js';

/**
 * What was accepted as it is after the wait that the client prefers; undefined when it prefers none, there is no place to
 * wait, or the wait is cut short.
 * @throws BlipqError `queue_unavailable` when it is gone
 */
export async function afterPreferredWait<R>(
  req: Request,
  res: Response,
  waits: Places,
  wait: (options: WaitOptions) => Promise<{ status: 'finished' | 'pending'; work: R } | { status: 'not_found' }>,
): Promise<R | undefined> {
  const waitS = preferredWaitS(req.get('prefer'));
  const place = waitS === undefined ? undefined : waits.take(tenantOf(res));
  if (waitS === undefined || place === undefined) return undefined;
  res.setHeader('Preference-Applied', `wait=${waitS}`);
  const signal = res.locals.stopWaiting;
  const waiting = wait({ timeoutMs: waitS * 1000, signal, tenant: tenantOf(res) }).catch((error: unknown) => {
    // It is safely queued: a wait that is cut short is answered with what is known, not with an error.
    if (signal.aborted || error instanceof BlipqError) return undefined;
    throw error;
  });
  const outcome = await waiting.finally(place);
  if (outcome?.status === 'not_found') throw lostWhileWaiting();
  return outcome?.work;
}

/** Redis came back without its last moments: nobody may be told that what it lost was accepted. */
export function lostWhileWaiting(): BlipqError {
  return new BlipqError('queue_unavailable', 'The queue has lost what it had accepted. Submit it again.', {
    retryAfterS: 1,
  });
}
