import {
  type BatchItem,
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
  return batchResource.parse({ ...summaryOf(id, fields), items: shownItems(fields) });
}

/** The fields of a batch's hash that `batchSummaryOf` reads. */
export const batchSummaryFields: readonly string[] = [
  ...['version', 'total', 'refused', 'metadata', 'created_ms', 'finished_ms', 'expires_ms'],
  ...workState.options,
];

/** What a list says of a batch: everything but its items, which may be many. */
export function batchSummaryOf(id: string, fields: HashFields): BatchSummary {
  return batchSummary.parse(summaryOf(id, fields));
}

function summaryOf(id: string, fields: HashFields): BatchSummary {
  const counts = Object.fromEntries(workState.options.map((state) => [state, Number(fields[state])]));
  const self = `/v1/batches/${id}`;
  return {
    id,
    object: 'batch',
    state: fields.finished_ms === undefined ? 'processing' : 'completed',
    version: Number(fields.version ?? 1),
    total: Number(fields.total),
    refused: Number(fields.refused ?? 0),
    counts: counts as Record<WorkState, number>,
    metadata: JSON.parse(fields.metadata!),
    created_at: isoTime(fields.created_ms)!,
    finished_at: isoTime(fields.finished_ms),
    expires_at: isoTime(fields.expires_ms)!,
    links: { self, results: `${self}/results`, events: `${self}/events`, cancel: `${self}/cancel` },
  };
}

/** None before it is sealed, null of a long batch. Items of older versions have no key. */
function shownItems({ items = '[]' }: HashFields): BatchItem[] | null {
  const shown: object[] | null = JSON.parse(items);
  return shown && (shown.map((item) => ({ key: null, ...item })) as BatchItem[]);
}

/** What is said of an item of a batch whose submission broke off before it. */
export const notTaken = {
  code: 'queue_unavailable',
  detail: 'The submission of this batch broke off before this item was taken. Submit the item again.',
  retryable: true,
} as const;

/** What became of an item when it was submitted, from what is kept under its index (batches.lua). */
export function itemOf(index: number, slot: string): BatchItem {
  if (slot.startsWith('{')) {
    const { key = null, error } = JSON.parse(slot);
    return { index, key, id: null, error };
  }
  const [id, , ...key] = slot.split(' ');
  return { index, key: key.join(' ') || null, id: id!, error: null };
}
