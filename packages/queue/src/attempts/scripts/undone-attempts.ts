import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { PastAttempt } from '../past-attempts.js';

const run = script<{ attempts: PastAttempt[] }>(new URL('undone-attempts.lua', import.meta.url));

/** Of attempts that are over, those that the records say are in hand: Redis has lost how they ended. */
export async function undoneAttempts(target: ScriptTarget, attempts: PastAttempt[]): Promise<PastAttempt[]> {
  return reply.list(await run(target, { attempts })).map((place) => attempts[reply.number(place) - 1]!);
}
