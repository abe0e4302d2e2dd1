import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

interface Settlement {
  id: string;
  round: number;
  /** JSON of the attempt. */
  attempt: string;
  status: 'delivered' | 'retry' | 'failed';
  /** Until the next attempt, of a retry. */
  pause_ms?: number | undefined;
  /** Of a failure. */
  reason?: string | undefined;
  /** How long an endpoint may fail. */
  failing_max_ms: number;
}

const run = script<Settlement>(new URL('settle-delivery.lua', import.meta.url));

/**
 * Writes down an attempt and what follows from it, and what it says about the endpoint. Returns the state that the
 * delivery is in now, or why nothing was written.
 */
export async function settleDelivery(
  target: ScriptTarget,
  settlement: Settlement,
): Promise<'delivered' | 'pending' | 'failed' | 'gone' | 'over'> {
  return reply.word(await run(target, settlement), ['delivered', 'pending', 'failed', 'gone', 'over']);
}
