import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { HashFields } from '../../redis/hash-fields.js';

const refusals = ['gone', 'terminal', 'passed_on', 'stale'] as const;

/**
 * Why there is nothing to begin. `gone`: there is no record. `terminal`: it has ended. `passed_on`: it is in another
 * model's queue by now, or its image has to be fetched first. `stale`: somebody else holds the job's lock.
 */
export type Unbegun = (typeof refusals)[number];

const run = script<{ id: string; token: string; queue: string }>(new URL('begin-record.lua', import.meta.url));

/**
 * A worker that has the job in `queue`, with the lock `token`, starts: queued → processing, one attempt more. Sending it
 * again (after a lost reply) counts no other attempt. Work that was canceled meanwhile, or whose deadline passed before
 * anybody started it, ends here. Returns the record's fields.
 */
export async function beginRecord(
  target: ScriptTarget,
  values: { id: string; token: string; queue: string },
): Promise<HashFields | Unbegun> {
  const answer = await run(target, values);
  return Array.isArray(answer) ? reply.fields(answer) : reply.word(answer, refusals);
}
