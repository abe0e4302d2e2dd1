import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

interface Requeueing {
  id: string;
  /** Of the job's lock; undefined for the reconciler, which may write while nobody holds the lock. */
  token?: string | undefined;
}

const run = script<Requeueing>(new URL('requeue-record.lua', import.meta.url));

/**
 * Puts work back to queued, to be attempted again. `terminal`: it has ended; also when it was to be canceled, and now is.
 */
export async function requeueRecord(
  target: ScriptTarget,
  values: Requeueing,
): Promise<'written' | 'gone' | 'terminal' | 'stale'> {
  return reply.word(await run(target, values), ['written', 'gone', 'terminal', 'stale']);
}
