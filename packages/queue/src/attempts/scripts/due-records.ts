import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

const run = script<{ count: number }>(new URL('due-records.lua', import.meta.url));

/** Ids of work that has not ended and that the reconciler should look at, those that are due longest first. */
export async function dueRecords(target: ScriptTarget, count: number): Promise<string[]> {
  return reply.list(await run(target, { count })).map(reply.text);
}
