import { cutText, type WorkError, type WorkState } from '@blipq/contracts';
import { elapsedMs, isoTime, waitMs } from '../records/record.js';
import type { HashFields } from '../redis/hash-fields.js';
import type { FoundRecord } from './scripts/look-around.js';

/** What became of one piece of work, without what was asked and what was made: that is its tenant's. */
export interface WorkGlance {
  id: string;
  tenant: string;
  model: string;
  state: WorkState;
  attempt: number;
  cached: boolean;
  cancel_requested: boolean;
  batch_id: string | null;
  /** Longest detail: 300 characters. */
  error: Pick<WorkError, 'code' | 'detail'> | null;
  created_at: string | null;
  started_at: string | null;
  finished_at: string | null;
  /** In queues, until its last attempt began; null before. */
  wait_ms: number | null;
  /** From its creation to its end; null before. */
  total_ms: number | null;
}

export function glanceAt({ id, fields }: FoundRecord): WorkGlance {
  const error = fields.error === undefined ? null : (JSON.parse(fields.error) as WorkError);
  const { created_ms, started_ms, finished_ms } = fields;
  return {
    ...{ id, tenant: fields.tenant!, model: fields.model!, state: fields.state as WorkState },
    attempt: Number(fields.attempt),
    cached: fields.cached !== undefined,
    cancel_requested: fields.cancel !== undefined,
    batch_id: fields.batch ?? null,
    error: error && { code: error.code, detail: cutText(error.detail, 300) },
    created_at: isoTime(created_ms),
    started_at: isoTime(started_ms),
    finished_at: isoTime(finished_ms),
    wait_ms: queuedMs(fields),
    total_ms: finished_ms === undefined ? null : elapsedMs(created_ms, finished_ms),
  };
}

/** How long it was in queues, in milliseconds; null before it began, and for a result that was at hand. */
export function queuedMs(fields: HashFields): number | null {
  if (fields.started_ms === undefined || fields.cached !== undefined) return null;
  return Number(fields.waited_ms ?? 0) + waitMs(fields);
}
