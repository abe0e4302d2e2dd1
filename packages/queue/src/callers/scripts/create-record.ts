import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { HashFields } from '../../redis/hash-fields.js';
import type { SubmissionTerms } from './admit-submission.js';
import { type Objection, objectionOf } from './objection.js';

export interface RecordCreation {
  /** Longest that the record can exist. */
  life_ms: number;
  image_ttl_ms: number;
  /** It expires unless it is started within that time. */
  deadline_after_ms?: number | undefined;
  /** Name of the pixels to copy, of work that is tried again. */
  copy_from?: string | undefined;
}

/** An item of a batch, and a hash of what it asks for. */
export interface ItemPlace {
  index: number;
  id: string;
  hash: string;
  key?: string | undefined;
}

interface Creation {
  id: string;
  terms: SubmissionTerms;
  creation: RecordCreation;
  /** Of an item of a batch: its place there. */
  item?: ItemPlace | undefined;
  /** JSON of the result, when it is known already. */
  result?: string | undefined;
  /** The fields of the record: name, value, … */
  fields: string[];
}

const run = script<Creation>(new URL('create-record.lua', import.meta.url));

/** Writes a new record and its idempotency entry, once per id and once per key. Returns the record's fields. */
export async function createRecord(
  target: ScriptTarget,
  creation: Creation,
): Promise<{ status: 'created'; fields: HashFields } | Objection> {
  const answer = reply.list(await run(target, creation));
  return answer[0] === 'created' ? { status: 'created', fields: reply.fields(answer[1]) } : objectionOf(answer);
}
