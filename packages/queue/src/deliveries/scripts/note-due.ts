import { type ScriptTarget, script } from '../../lua/script.js';

const run = script<{ job: string; pause_ms: number }>(new URL('note-due.lua', import.meta.url));

/** Notes when a delivery that is put off is due, on Redis's clock. */
export async function noteDue(target: ScriptTarget, job: string, pauseMs: number): Promise<void> {
  await run(target, { job, pause_ms: pauseMs });
}
