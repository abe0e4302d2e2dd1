import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

interface Settlement {
  id: string;
  /** Under which it was taken in hand. */
  token: string;
  /**
   * `fetched`: its pixels are stored under the name in its record. `failed`: for good. `again`: another try may succeed.
   * `back`: it was not tried.
   */
  outcome: 'fetched' | 'failed' | 'again' | 'back';
  /** Whether its host answers; undefined where that was not found out. */
  answered?: boolean | undefined;
  /** What is known of the image by now, or why there is none: name, value, … */
  fields: string[];
  /** JSON of the result, where it is known. */
  result?: string | undefined;
  image_ttl_ms?: number;
  pauses_ms?: readonly number[];
  after_ms?: number;
}

const run = script<Settlement>(new URL('settle-fetch.lua', import.meta.url));

/**
 * Says what became of work that was in hand. `stale`: it is not any more. `turn`: it is in its model's queue now, without
 * a job as yet, which whoever called adds at this turn, or else a reconciler.
 */
export async function settleFetch(
  target: ScriptTarget,
  settlement: Settlement,
): Promise<{ status: 'written' | 'stale' } | { status: 'queued'; turn: string }> {
  const answer = reply.text(await run(target, settlement));
  if (answer === 'written' || answer === 'stale') return { status: answer };
  return { status: 'queued', turn: answer };
}
