import type { BatchItem } from '@blipq/contracts';
import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { HashFields } from '../../redis/hash-fields.js';

interface Cancellation {
  id: string;
  tenant: string;
  /** The index to go on at. */
  from: number;
  /** What is said of items that have not come in by then. */
  error: NonNullable<BatchItem['error']>;
}

const run = script<Cancellation>(new URL('cancel-batch.lua', import.meta.url));

/**
 * Cancels some items of a batch for its owner, which takes no more from then on. `next`: the index to go on at; 0 at the
 * end. Null when there is no batch.
 */
export async function cancelBatch(
  target: ScriptTarget,
  cancellation: Cancellation,
): Promise<{ next: number; fields: HashFields } | null> {
  const [next, fields] = reply.list(await run(target, cancellation));
  return next === -1 ? null : { next: reply.number(next), fields: reply.fields(fields) };
}
