import { type ScriptTarget, script } from '../../lua/script.js';

const run = script<{ id: string; tenant: string }>(new URL('delete-record.lua', import.meta.url));

/**
 * Deletes work for its owner, in any state: record, pixels, idempotency entry. Work that runs is aborted. Says whether
 * there was any.
 */
export async function deleteRecord(target: ScriptTarget, id: string, tenant: string): Promise<boolean> {
  return (await run(target, { id, tenant })) === 1;
}
