import { type ScriptTarget, script } from '../../lua/script.js';

const run = script<{ id: string; tenant: string }>(new URL('redeliver.lua', import.meta.url));

/** Has a tenant's delivery sent again, from its first attempt on, whatever became of it. */
export async function redeliver(target: ScriptTarget, id: string, tenant: string): Promise<void> {
  await run(target, { id, tenant });
}
