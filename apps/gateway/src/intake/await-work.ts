import { BlipqError, type WorkResource } from '@blipq/contracts';
import type { WorkQueue } from '@blipq/queue';
import { lostWhileWaiting } from '../gates/after-preferred-wait.js';

/** If this gateway dies while it waits, nothing cancels the work; so the work also expires, but after the answer. */
export const expiryGraceS = 5;

interface AwaitOptions<R extends WorkResource> {
  queue: Pick<WorkQueue<R>, 'wait' | 'cancel' | 'read'>;
  tenant: string;
  timeoutS: number;
  /** What the error says when that is over. */
  lateDetail: string;
  /** Aborts when the client has gone or the server can wait no longer. */
  giveUp: AbortSignal;
}

/**
 * The work once it has ended, for a client that waits for it in the request that submitted it. The work is canceled when
 * its client stops waiting: nobody else has its id.
 *
 * @throws BlipqError `timeout`; `queue_unavailable` when Redis has lost the work; the reason of `giveUp`
 */
export async function awaitWork<R extends WorkResource>(id: string, options: AwaitOptions<R>): Promise<R> {
  const { queue, tenant, timeoutS, lateDetail, giveUp } = options;
  try {
    const outcome = await queue.wait(id, { timeoutMs: timeoutS * 1000, signal: giveUp, tenant });
    if (outcome.status === 'finished') return outcome.work;
    if (outcome.status === 'not_found') throw lostWhileWaiting();
    throw new BlipqError('timeout', lateDetail);
  } catch (error) {
    const latest = await abandon(id, options);
    if (latest?.state === 'succeeded') return latest;
    throw giveUp.aborted ? giveUp.reason : error;
  }
}

/** Cancels the work. Returns it if it has ended in the meantime and may be the answer after all. */
async function abandon<R extends WorkResource>(id: string, { queue, tenant }: AwaitOptions<R>): Promise<R | null> {
  try {
    await queue.cancel(id, tenant);
    return null;
  } catch {
    return await queue.read(id, tenant).catch(() => null);
  }
}
