import { z } from 'zod';
import { answerId, batchId, captionId, matchId } from './id.js';
import { fieldError } from './problem.js';
import { workError, workMetadata } from './resource-schema.js';
import { workState } from './work-state.js';

/** Most items in one batch that are taken. */
export const batchItemsMax = 10_000;
/** Up to here a batch shows its items wherever it is shown; a longer one only in the answer to its submission. */
export const batchItemsShownMax = 100;

/** A caller's own name for an item, given back with its result. */
export const itemKey = z.string().min(1).max(200);

/** The id of the work that an item became. */
export const workId = z.union([captionId, answerId, matchId]);
/** Why an item was refused or failed. */
export const itemError = workError.extend({ errors: z.array(fieldError).optional() });

/** What became of one item of a batch when it was submitted: a caption, an answer or a match, or the error it was refused with. */
export const batchItem = z.object({
  /** Its place in the request, from 0. */
  index: z.int().nonnegative(),
  /** The name that the request gave it; of a file, the file's name. */
  key: z.string().nullable(),
  id: workId.nullable(),
  error: itemError.nullable(),
});
export type BatchItem = z.infer<typeof batchItem>;

export const batchState = z.enum(['processing', 'completed']);
export type BatchState = z.infer<typeof batchState>;

/** What `GET /v1/batches/{id}` answers. */
export const batchResource = z.object({
  id: batchId,
  object: z.literal('batch'),
  /** `completed`: every accepted item has ended. */
  state: batchState,
  /** Grows with every change of the batch, as that of a caption does. */
  version: z.int().positive(),
  /** Items of the request that have come in so far, and how many of them were refused. */
  total: z.int().nonnegative(),
  refused: z.int().nonnegative(),
  /** Accepted items by their state. One whose image is still to be fetched is queued. */
  counts: z.record(workState, z.int().nonnegative()),
  /** Empty until all are in. Null for a batch of more than 100, but in the answer to its submission. */
  items: z.array(batchItem).nullable(),
  metadata: workMetadata,
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
  expires_at: z.iso.datetime(),
  links: z.object({ self: z.string(), results: z.string(), events: z.string(), cancel: z.string() }),
});
export type BatchResource = z.infer<typeof batchResource>;

/** A batch in a list: without its items, which may be many. */
export const batchSummary = batchResource.omit({ items: true });
export type BatchSummary = z.infer<typeof batchSummary>;

/** What `GET /v1/batches` answers: newest first. */
export const batchPage = z.object({
  object: z.literal('list'),
  data: z.array(batchSummary),
  /** Give it as `cursor` to get what follows; null on the last page. Its content means nothing to callers. */
  next_cursor: z.string().nullable(),
});

/** A server-sent event of a batch: `id:` is its version, `data:` the batch as JSON. */
export interface BatchEvent {
  id: number;
  event: `batch.${BatchResource['state']}`;
  data: BatchResource;
}
