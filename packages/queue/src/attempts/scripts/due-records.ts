import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

const run = script<{ count: number; ahead_ms: number }>(new URL('due-records.lua', import.meta.url));

/**
 * Ids of work that has not ended and that the reconciler should look at, those that are due longest first.
 * `aheadMs`: how far ahead the next look may be.
 */
export async function dueRecords(target: ScriptTarget, count: number, aheadMs: number): Promise<string[]> {
  return reply.list(await run(target, { count, ahead_ms: aheadMs })).map(reply.text);
}
