import { type ScriptTarget, script } from '../../lua/script.js';

const run = script(new URL('bring-forward.lua', import.meta.url));

/**
 * Brings deliveries forward that are due and still delayed. BullMQ delays a job until a time on the clock of whoever
 * delays it: where that clock is ahead and its notifier gone, or set right, nobody else would send before. Those that
 * were promoted in time are no longer delayed, and only forgotten.
 */
export async function bringForward(target: ScriptTarget): Promise<void> {
  await run(target, {});
}
