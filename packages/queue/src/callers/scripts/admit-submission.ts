import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import { type Objection, objectionOf } from './objection.js';

/** What a submission is checked against. */
export interface SubmissionTerms {
  tenant: string;
  fingerprint?: string | undefined;
  /** Hash of tenant and idempotency key. Needs a fingerprint. */
  idempotency?: string | undefined;
  /** Of its pixels. */
  bytes: number;
  /** Whether it leaves a share of the queue to others even where there are no keys. */
  yields: boolean;
  /** Most that may be open at once, of all tenants and of this one; most bytes of pixels that may be stored. */
  open_max: number;
  tenant_open_max: number;
  bytes_max: number;
  /** Of work whose image is still to be fetched: how much there may be of it, instead of the other two bounds. */
  fetch_max?: number | undefined;
  /** How long records are kept after their end. */
  kept_ms: number;
  /** Bytes that Redis has for new work; undefined where it has no limit. */
  memory_room?: number | undefined;
}

const run = script<{ id?: string; terms: SubmissionTerms }>(new URL('admit-submission.lua', import.meta.url));

/** Says what `createRecord` would. Writes nothing but deletions. */
export async function admitSubmission(
  target: ScriptTarget,
  values: { id?: string; terms: SubmissionTerms },
): Promise<{ status: 'admitted' } | Objection> {
  const answer = reply.list(await run(target, values));
  return answer[0] === 'admitted' ? { status: 'admitted' } : objectionOf(answer);
}
