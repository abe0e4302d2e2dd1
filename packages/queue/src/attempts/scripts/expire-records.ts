import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

const run = script<{ count: number }>(new URL('expire-records.lua', import.meta.url));

/**
 * Ends work that nobody has started by its deadline, of the next `count` whose deadlines have passed. Returns how many
 * these were and the ids of those that ended.
 */
export async function expireRecords(
  target: ScriptTarget,
  count: number,
): Promise<{ passed: number; expired: string[] }> {
  const [passed, expired] = reply.list(await run(target, { count }));
  return { passed: reply.number(passed), expired: reply.list(expired).map(reply.text) };
}
