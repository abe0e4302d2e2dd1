import { setTimeout as delay } from 'node:timers/promises';
import { HubError } from './hub-error.js';

export interface RetryPolicy {
  /** Tries without progress until giving up. */
  readonly attempts: number;
  /** Pause after the first failure in milliseconds; it doubles with each further one. */
  readonly delayMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The Hub may ask for this much patience within one call; for more, the call fails and the caller decides. */
const retryAfterMaxMs = 60_000;

/**
 * Calls `attempt` until it succeeds, fails for good, or has failed `attempts` times in a row. A try after which
 * `progressed` says true does not count as one of them.
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  { attempts, delayMs, signal }: RetryPolicy,
  progressed: () => boolean = () => false,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof HubError && error.retryable)) throw error;
      if (progressed()) failures = 1;
      if (failures >= attempts || (error.retryAfterMs ?? 0) > retryAfterMaxMs) throw error;
      // Half of it at random, so that workers that failed together do not come back together.
      const pauseMs = delayMs * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
      await delay(error.retryAfterMs ?? pauseMs, undefined, { signal });
    }
  }
}
