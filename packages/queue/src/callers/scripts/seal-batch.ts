import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { HashFields } from '../../redis/hash-fields.js';

interface Sealing {
  id: string;
  tenant: string;
  /** JSON of what became of each image, and how many of them were refused. */
  items: string;
  refused: number;
  kept_ms: number;
  /** Bytes that Redis has for new work; undefined where it has no limit. */
  memory_room?: number | undefined;
}

const run = script<Sealing>(new URL('seal-batch.lua', import.meta.url));

/** All images of a batch are in. Returns the batch's fields, or null when there is none. */
export async function sealBatch(target: ScriptTarget, sealing: Sealing): Promise<HashFields | null> {
  const answer = await run(target, sealing);
  return answer === null ? null : reply.fields(answer);
}
