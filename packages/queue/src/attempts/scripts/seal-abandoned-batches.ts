import type { BatchItem } from '@blipq/contracts';
import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

interface Abandonment {
  /** What is said of an item that was not taken. */
  error: NonNullable<BatchItem['error']>;
  /** Most batches to seal. */
  count: number;
}

const run = script<Abandonment>(new URL('seal-abandoned-batches.lua', import.meta.url));

/** Seals batches whose submission has not gone on for long, with the items that were taken. Returns their ids. */
export async function sealAbandonedBatches(target: ScriptTarget, abandonment: Abandonment): Promise<string[]> {
  return reply.list(await run(target, abandonment)).map(reply.text);
}
