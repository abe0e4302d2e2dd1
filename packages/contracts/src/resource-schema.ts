import { z } from 'zod';
import { batchId } from './id.js';
import { problemCode } from './problem.js';
import { workState } from './work-state.js';

/** The submitted image as its sender sees it: dimensions after EXIF orientation, hash and size of the bytes sent. */
export const imageFacts = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  format: z.string(),
  sha256: z.string(),
  bytes: z.int().positive(),
  /** The file ends before its last pixels; what is there was used. */
  truncated: z.literal(true).optional(),
});
export type ImageFacts = z.infer<typeof imageFacts>;

/** A caller's own notes, given back with the resource: at most 16 of them, so that records stay small. */
export const workMetadata = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((metadata) => Object.keys(metadata).length <= 16, 'must have at most 16 entries');
export type WorkMetadata = z.infer<typeof workMetadata>;

/** A model of one content, in the precision that it computes in; null where that is not known. */
export const modelVersion = z.object({
  model: z.string(),
  revision: z.string(),
  precision: z.string().nullable().default(null),
});
export type ModelVersion = z.infer<typeof modelVersion>;
/** The model that is asked, as its manifest has it. What any other makes is given to nobody else. */
export type AskedVersion = z.input<typeof modelVersion>;

/** How work failed. */
export const workError = z.object({ code: problemCode, detail: z.string(), retryable: z.boolean() });
export type WorkError = z.infer<typeof workError>;

/** What a worker measured, in milliseconds. */
export const inferenceTimings = z.object({
  /** From the worker's having the pixels to its having the caption: waiting for a place in a batch and running. */
  inference_ms: z.number().nonnegative(),
  /** Both of the whole batch that the caption ran in. */
  encode_ms: z.number().nonnegative(),
  decode_ms: z.number().nonnegative(),
  batch_size: z.int().positive(),
  device: z.string(),
});
export type InferenceTimings = z.infer<typeof inferenceTimings>;

export const workTimings = inferenceTimings.extend({
  /** Decoding and resizing the image, before the caption was created. Null when it was not measured. */
  preprocess_ms: z.number().nonnegative().nullable(),
  /** Created to the start of the last attempt; Redis's clock. */
  queue_ms: z.number().nonnegative(),
  /** Created to finished; Redis's clock. */
  total_ms: z.number().nonnegative(),
});
export type WorkTimings = z.infer<typeof workTimings>;

const time = z.iso.datetime();

/**
 * What `GET /v1/captions/{id}` answers, and the same for answers and matches, which differ in what was asked (`input`)
 * and what came of it (`result`). A field that has no value yet is null, never missing.
 */
export function resourceSchema<Id extends z.ZodType, Name extends string, Input extends Shape, Result extends Shape>(
  id: Id,
  object: Name,
  input: Input,
  result: Result,
) {
  return z.object({
    id,
    object: z.literal(object),
    state: workState,
    /**
     * Grows with every change of the resource: the time of the change, in milliseconds since 1970, unless the version
     * before was as late. So no version comes twice, even after a loss of data.
     */
    version: z.int().positive(),
    /** How often a worker has started on it. */
    attempt: z.int().nonnegative(),
    /** It was canceled while it was running, and will end as canceled. */
    cancel_requested: z.boolean(),
    model: z.string(),
    /** Of the model that was asked; once succeeded, of the one that answered. */
    revision: z.string(),
    /** What that model computes in. Workers of one model may differ in it; null where the worker did not say. */
    precision: z.string().nullable().default(null),
    /** What the model's card says that it knows and does not know; null for a model without one. */
    model_note: z.string().nullable().default(null),
    ...input,
    /** Null while the image of an item of a batch is still to be fetched, and if it could not be. */
    image: imageFacts.nullable(),
    metadata: workMetadata,
    ...result,
    /** Answered from the stored result of an equal request; nothing was measured, so `timings` is null. */
    cached: z.boolean(),
    error: workError.nullable(),
    timings: workTimings.nullable(),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    /** When it expires, unless a worker has started it by then. */
    deadline_at: time.nullable(),
    /** When the record is deleted. Moves to finished_at + retention at its end. */
    expires_at: time,
    batch_id: batchId.nullable(),
    /** The one that this one repeats. */
    retry_of: z.nullable(id),
    links: z.object({
      self: z.string(),
      events: z.string(),
      cancel: z.string(),
      retry: z.string(),
      batch: z.string().nullable(),
    }),
  });
}
type Shape = Record<string, z.ZodType>;
