import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { HashFields } from '../../redis/hash-fields.js';

const run = script<{ id: string; tenant: string }>(new URL('cancel-record.lua', import.meta.url));

/**
 * Cancels for the owner. What is queued, or in nobody's hands, ends at once (`canceled`); what runs is flagged for good,
 * and its worker gets a message (`canceling`). `terminal`: it has ended in another way.
 */
export async function cancelRecord(
  target: ScriptTarget,
  id: string,
  tenant: string,
): Promise<{ status: 'not_found' } | { status: 'canceled' | 'canceling' | 'terminal'; fields: HashFields }> {
  const [status, fields] = reply.list(await run(target, { id, tenant }));
  if (status === 'not_found') return { status };
  return { status: reply.word(status, ['canceled', 'canceling', 'terminal']), fields: reply.fields(fields) };
}
