import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { HashFields } from '../../redis/hash-fields.js';
import { type Objection, objectionOf } from './objection.js';

interface BatchCreation {
  id: string;
  tenant: string;
  /** Hash of tenant and idempotency key. */
  idempotency?: string | undefined;
  /** Hash of what is asked of the batch as a whole. */
  head: string;
  /** Longest that it can exist, and how long it is kept after its end. */
  life_ms: number;
  kept_ms: number;
  /** Bytes that Redis has for new work; undefined where there is no limit. */
  memory_room?: number | undefined;
  /** Name, value, … */
  fields: string[];
}

const run = script<BatchCreation>(new URL('create-batch.lua', import.meta.url));
const outcomes = ['created', 'unfinished', 'sealed'] as const;

/** The batch. `unfinished`, `sealed`: a request under the same key made it before, and it takes more items or does not. */
interface BatchCreated {
  status: (typeof outcomes)[number];
  id: string;
  fields: HashFields;
}

/** Writes a batch without items, once per id and once per key. Returns the batch's fields. */
export async function createBatch(target: ScriptTarget, creation: BatchCreation): Promise<BatchCreated | Objection> {
  const answer = reply.list(await run(target, creation));
  const status = outcomes.find((one) => one === answer[0]);
  if (status === undefined) return objectionOf(answer);
  return { status, id: reply.text(answer[1]), fields: reply.fields(answer[2]) };
}
