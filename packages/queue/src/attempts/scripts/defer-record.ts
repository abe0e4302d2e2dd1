import { type ScriptTarget, script } from '../../lua/script.js';

const run = script<{ id: string; after_ms: number }>(new URL('defer-record.lua', import.meta.url));

/**
 * Work that has its job: puts off the reconciler's next look at it, keeps its deadline in mind, and lets a request be
 * replayed whose gateway died before it said so. Forgets work without a record.
 */
export async function deferRecord(target: ScriptTarget, id: string, afterMs: number): Promise<void> {
  await run(target, { id, after_ms: afterMs });
}
