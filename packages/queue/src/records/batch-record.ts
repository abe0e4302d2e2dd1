import { type BatchResource, batchResource, workState } from '@blipq/contracts';
import type { HashFields } from '../redis/hash-fields.js';
import { isoTime } from './record.js';

/** What the API says of a batch. */
export function batchOf(id: string, fields: HashFields): BatchResource {
  return batchResource.parse({
    id,
    object: 'batch',
    state: fields.finished_ms === undefined ? 'processing' : 'completed',
    total: Number(fields.total),
    refused: Number(fields.refused ?? 0),
    counts: Object.fromEntries(workState.options.map((state) => [state, Number(fields[state])])),
    items: JSON.parse(fields.items ?? '[]'),
    metadata: JSON.parse(fields.metadata!),
    created_at: isoTime(fields.created_ms),
    finished_at: isoTime(fields.finished_ms),
    expires_at: isoTime(fields.expires_ms),
    links: { self: `/v1/batches/${id}` },
  });
}
