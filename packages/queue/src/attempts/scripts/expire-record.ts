import { type ScriptTarget, script } from '../../lua/script.js';

const run = script<{ id: string }>(new URL('expire-record.lua', import.meta.url));

/** Ends work that nobody has started by its deadline. Says whether it did. */
export async function expireRecord(target: ScriptTarget, id: string): Promise<boolean> {
  return (await run(target, { id })) === 1;
}
