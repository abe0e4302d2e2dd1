import type { BatchItem } from '@blipq/contracts';
import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { HashFields } from '../../redis/hash-fields.js';

interface Sealing {
  id: string;
  tenant: string;
  /** What became of items that the batch does not know of yet. */
  items: { index: number; id?: string; key?: string | undefined; error?: BatchItem['error'] | undefined }[];
  /** Items of the request, as far as that is known: those that are missing are refused with `error`. */
  count?: number | undefined;
  error: NonNullable<BatchItem['error']>;
  /** Further items of the request, which were refused without being noted one by one. */
  beyond: number;
  /** What is known of the batch as a whole by now: name, value, … */
  fields: string[];
  kept_ms: number;
  /** Bytes that Redis has for new work; undefined where it has no limit. */
  memory_room?: number | undefined;
}

const run = script<Sealing>(new URL('seal-batch.lua', import.meta.url));

/** All items of a batch are in. Returns the batch's fields, or null when there is none. */
export async function sealBatch(target: ScriptTarget, sealing: Sealing): Promise<HashFields | null> {
  const answer = await run(target, sealing);
  return answer === null ? null : reply.fields(answer);
}
