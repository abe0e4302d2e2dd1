import { type ScriptTarget, script } from '../../lua/script.js';

const run = script<{ id: string }>(new URL('confirm-record.lua', import.meta.url));

/**
 * The job is in the queue, if it is, or comes there when the image has been fetched: from now on a repeated request is
 * answered with this record.
 */
export async function confirmRecord(target: ScriptTarget, id: string): Promise<void> {
  await run(target, { id });
}
