import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { HashFields } from '../../redis/hash-fields.js';
import { type Objection, objectionOf } from './objection.js';

interface BatchCreation {
  id: string;
  tenant: string;
  fingerprint?: string | undefined;
  /** Hash of tenant and idempotency key. Needs a fingerprint. */
  idempotency?: string | undefined;
  /** Longest that it can exist. */
  life_ms: number;
  /** Name, value, … */
  fields: string[];
}

const run = script<BatchCreation>(new URL('create-batch.lua', import.meta.url));

/** Writes a batch without items, once per id and once per key. Returns the batch's fields. */
export async function createBatch(
  target: ScriptTarget,
  creation: BatchCreation,
): Promise<{ status: 'created'; fields: HashFields } | Objection> {
  const answer = reply.list(await run(target, creation));
  return answer[0] === 'created' ? { status: 'created', fields: reply.fields(answer[1]) } : objectionOf(answer);
}
