import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

const outcomes = ['written', 'passed_on', 'canceled', 'gone', 'terminal', 'stale', 'early', 'unbegun'] as const;

/**
 * What became of a write that only the right writer may do. `passed_on`: it is another model's turn. `canceled`: its
 * owner had canceled it, so that is how it ended. `gone`: there is no record. `terminal`: it has ended. `stale`: somebody
 * else holds the job's lock. `early`: only to a writer that gives a grace, which is not over.
 * `unbegun`: only to one that gives a number of silent workers, of whom there were fewer.
 */
export type FencedWrite = (typeof outcomes)[number];

/** The model that made something. */
export interface MadeBy {
  revision?: string | undefined;
  precision?: string | undefined;
}

export interface Ending extends MadeBy {
  id: string;
  /** Of the job's lock; undefined for the reconciler, which may write while nobody holds the lock. */
  token?: string | undefined;
  state: 'succeeded' | 'failed' | 'canceled' | 'expired';
  /** How long after BullMQ gave the work up it may end, in milliseconds; until then its worker may still speak up. */
  grace_ms?: number | undefined;
  /** Workers that must have begun the work and fallen silent for it to end so. */
  silences_min?: number | undefined;
  /** What the outcome adds to the record: name, value, … */
  fields: string[];
}

const run = script<Ending>(new URL('finish-record.lua', import.meta.url));

/**
 * Ends work with what a worker, or the reconciler, makes of it. Work that was canceled before ends as canceled whatever
 * that is. A caption that is still to be matched goes to the matcher's queue instead, without a job as yet: whoever
 * called adds it, or else the reconciler.
 */
export async function finishRecord(target: ScriptTarget, ending: Ending): Promise<FencedWrite> {
  return reply.word(await run(target, ending), outcomes);
}
