import { type ScriptTarget, script } from '../../lua/script.js';

export interface MovedEntry {
  /** Its id in the outbox. */
  entry: string;
  /** Of the delivery. */
  id: string;
  round: number;
  /** The id of its job. */
  job: string;
}

const run = script<{ entries: MovedEntry[] }>(new URL('drop-moved.lua', import.meta.url));

/**
 * Removes entries from the outbox that have their jobs, or that need none any more. A Redis that ended after the jobs were
 * added may have lost them: those entries stay.
 */
export async function dropMoved(target: ScriptTarget, entries: MovedEntry[]): Promise<void> {
  await run(target, { entries });
}
