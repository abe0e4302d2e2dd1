import { z } from 'zod';
import { answerId, batchId, captionId, matchId } from './id.js';
import { fieldError } from './problem.js';
import { workError, workMetadata } from './resource-schema.js';
import { workState } from './work-state.js';

/** Most items in one batch. */
export const batchItemsMax = 100;

/** What became of one item of a batch when it was submitted: a caption, an answer or a match, or the error it was refused with. */
export const batchItem = z.object({
  /** Its place in the request, from 0. */
  index: z.int().nonnegative(),
  id: z.union([captionId, answerId, matchId]).nullable(),
  error: workError.extend({ errors: z.array(fieldError).optional() }).nullable(),
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
  /** Items in the request, and how many of them were refused. */
  total: z.int().positive(),
  refused: z.int().nonnegative(),
  /** Accepted items by their state. */
  counts: z.record(workState, z.int().nonnegative()),
  items: z.array(batchItem),
  metadata: workMetadata,
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
  expires_at: z.iso.datetime(),
  links: z.object({ self: z.string() }),
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
