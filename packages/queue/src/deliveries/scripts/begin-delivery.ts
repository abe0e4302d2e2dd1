import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { HashFields } from '../../redis/hash-fields.js';

/** `over`: it has ended, or was sent again by hand meanwhile. */
type BegunDelivery =
  | { status: 'begun'; fields: HashFields; nowMs: number }
  | { status: 'early'; dueInMs: number }
  | { status: 'gone' | 'over' };

const run = script<{ id: string; round: number }>(new URL('begin-delivery.lua', import.meta.url));

/** Whether a delivery is to be sent now. One to a disabled endpoint ends here, unless it was asked for by hand. */
export async function beginDelivery(target: ScriptTarget, id: string, round: number): Promise<BegunDelivery> {
  const answer = await run(target, { id, round });
  if (typeof answer === 'number') return { status: 'early', dueInMs: answer };
  if (!Array.isArray(answer)) return { status: reply.word(answer, ['gone', 'over']) };
  const [fields, nowMs] = answer;
  return { status: 'begun', fields: reply.fields(fields), nowMs: reply.number(nowMs) };
}
