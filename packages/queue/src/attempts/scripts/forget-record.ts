import { type ScriptTarget, script } from '../../lua/script.js';

const run = script<{ id: string }>(new URL('forget-record.lua', import.meta.url));

/** Lets go of what is still counted of work that has no record any more, or that has ended. */
export async function forgetRecord(target: ScriptTarget, id: string): Promise<void> {
  await run(target, { id });
}
