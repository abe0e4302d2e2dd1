import {
  type BatchResource,
  type BatchSummary,
  batchResource,
  batchSummary,
  type WorkState,
  workState,
} from '@blipq/contracts';
import type { HashFields } from '../redis/hash-fields.js';
import { isoTime } from './record.js';

/** What the API says of a batch. */
export function batchOf(id: string, fields: HashFields): BatchResource {
  return batchResource.parse({ ...summaryOf(id, fields), items: JSON.parse(fields.items ?? '[]') });
}

/** The fields of a batch's hash that `batchSummaryOf` reads. */
export const batchSummaryFields: readonly string[] = [
  ...['total', 'refused', 'metadata', 'created_ms', 'finished_ms', 'expires_ms'],
  ...workState.options,
];

/** What a list says of a batch: everything but its items, which may be many. */
export function batchSummaryOf(id: string, fields: HashFields): BatchSummary {
  return batchSummary.parse(summaryOf(id, fields));
}

function summaryOf(id: string, fields: HashFields): BatchSummary {
  const counts = Object.fromEntries(workState.options.map((state) => [state, Number(fields[state])]));
  return {
    id,
    object: 'batch',
    state: fields.finished_ms === undefined ? 'processing' : 'completed',
    total: Number(fields.total),
    refused: Number(fields.refused ?? 0),
    counts: counts as Record<WorkState, number>,
    metadata: JSON.parse(fields.metadata!),
    created_at: isoTime(fields.created_ms)!,
    finished_at: isoTime(fields.finished_ms),
    expires_at: isoTime(fields.expires_ms)!,
    links: { self: `/v1/batches/${id}` },
  };
}
