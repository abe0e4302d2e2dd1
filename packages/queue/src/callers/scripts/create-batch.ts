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
  /** Longest that it can exist, and how long it is kept after its end. */
  life_ms: number;
  kept_ms: number;
  /** Bytes that Redis has for new work; undefined where it has no limit. */
  memory_room?: number | undefined;
  /** Name, value, … */
  fields: string[];
}

const run = script<BatchCreation>(new URL('create-batch.lua', import.meta.url));

/** `unfinished`: the same request came before, and not all of its items were submitted. */
type BatchCreated =
  | { status: 'created'; fields: HashFields }
  | { status: 'unfinished'; id: string; fields: HashFields };

/** Writes a batch without items, once per id and once per key. Returns the batch's fields. */
export async function createBatch(target: ScriptTarget, creation: BatchCreation): Promise<BatchCreated | Objection> {
  const answer = reply.list(await run(target, creation));
  if (answer[0] === 'created') return { status: 'created', fields: reply.fields(answer[1]) };
  if (answer[0] !== 'unfinished') return objectionOf(answer);
  return { status: 'unfinished', id: reply.text(answer[1]), fields: reply.fields(answer[2]) };
}
