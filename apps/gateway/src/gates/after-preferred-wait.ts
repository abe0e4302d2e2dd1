import { BlipqError } from '@blipq/contracts';
import type { WaitOptions } from '@blipq/queue';
import type { Request, Response } from 'express';
import { preferredWaitS } from '../request/preferred-wait.js';
import { tenantOf } from './authenticate.js';
import type { Places } from './places.js';

/**
 * What was waited for as it is after the wait that the client prefers; undefined when it prefers none, there is no place to
 * wait, or there is none with this id any more.
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
  return outcome === undefined || outcome.status === 'not_found' ? undefined : outcome.work;
}
