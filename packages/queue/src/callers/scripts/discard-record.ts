import { type ScriptTarget, script } from '../../lua/script.js';

const run = script<{ id: string; pixels: string }>(new URL('discard-record.lua', import.meta.url));

/**
 * Takes back a submission that was answered with an error, unless a worker has it already, or somebody else was
 * answered with it. Only what this very submission wrote is removed, which the name of its pixels tells: the same id may
 * have been submitted again and accepted in the meantime. Says whether there was anything to take back.
 */
export async function discardRecord(target: ScriptTarget, id: string, pixels: string): Promise<boolean> {
  return (await run(target, { id, pixels })) === 1;
}
