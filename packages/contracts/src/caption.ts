import { z } from 'zod';
import { batchId, captionId } from './id.js';
import { captionParams } from './params.js';
import { problemCode } from './problem.js';

/**
 * queued → processing → succeeded | failed | canceled | expired; processing → queued when an attempt is repeated.
 */
export const captionState = z.enum(['queued', 'processing', 'succeeded', 'failed', 'canceled', 'expired']);
export type CaptionState = z.infer<typeof captionState>;

export const terminalStates = ['succeeded', 'failed', 'canceled', 'expired'] as const satisfies CaptionState[];
export type TerminalState = (typeof terminalStates)[number];

/** The only place that says which states are final. A record in one of them never changes again. */
export function isTerminal(state: CaptionState): state is TerminalState {
  return (terminalStates as readonly CaptionState[]).includes(state);
}

/** The submitted image as its sender sees it: dimensions after EXIF orientation, hash and size of the bytes sent. */
export const imageFacts = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  format: z.string(),
  sha256: z.string(),
  bytes: z.int().positive(),
});
export type ImageFacts = z.infer<typeof imageFacts>;

/** A caller's own notes, given back with the resource: at most 16 of them, so that records stay small. */
export const captionMetadata = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((metadata) => Object.keys(metadata).length <= 16, 'must have at most 16 entries');
export type CaptionMetadata = z.infer<typeof captionMetadata>;

export const captionResult = z.object({
  text: z.string(),
  score: z.number(),
  /** Generated tokens only (bos and prompt left out), eos included, with their log-probabilities. */
  tokens: z.array(z.object({ id: z.int().nonnegative(), logprob: z.number() })),
});
export type CaptionResult = z.infer<typeof captionResult>;

/** How well a text fits an image. */
export const fit = z.object({
  /** That the text describes the image, 0 to 1. */
  probability: z.number(),
  /** Cosine of image and text, −1 to 1. It has no threshold: it compares texts, or images, with each other. */
  similarity: z.number(),
});

/** A model of one content. */
export const modelVersion = z.object({ model: z.string(), revision: z.string() });
export type ModelVersion = z.infer<typeof modelVersion>;

/** How well a caption fits its image, and the model of image-text retrieval that says so. */
export const captionMatch = z.object({ ...fit.shape, ...modelVersion.shape });
export type CaptionMatch = z.infer<typeof captionMatch>;

export const captionError = z.object({ code: problemCode, detail: z.string(), retryable: z.boolean() });
export type CaptionError = z.infer<typeof captionError>;

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

export const captionTimings = inferenceTimings.extend({
  /** Decoding and resizing the image, before the caption was created. Null when it was not measured. */
  preprocess_ms: z.number().nonnegative().nullable(),
  /** Created to the start of the last attempt; Redis's clock. */
  queue_ms: z.number().nonnegative(),
  /** Created to finished; Redis's clock. */
  total_ms: z.number().nonnegative(),
});
export type CaptionTimings = z.infer<typeof captionTimings>;

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
    state: captionState,
    /** Grows by one with every change of the resource. */
    version: z.int().positive(),
    /** How often a worker has started on it. */
    attempt: z.int().nonnegative(),
    /** It was canceled while it was running, and will end as canceled. */
    cancel_requested: z.boolean(),
    model: z.string(),
    /** Of the model that was asked; once succeeded, of the one that answered. */
    revision: z.string(),
    ...input,
    image: imageFacts,
    metadata: captionMetadata,
    ...result,
    /** Answered from the stored result of an equal request; nothing was measured, so `timings` is null. */
    cached: z.boolean(),
    error: captionError.nullable(),
    timings: captionTimings.nullable(),
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

/** What a caption is made from, beside the image. */
export const captionInput = z.object({ prompt: z.string().nullable(), params: captionParams });
export type CaptionInput = z.infer<typeof captionInput>;

export const captionResource = resourceSchema(captionId, 'caption', captionInput.shape, {
  caption: captionResult.nullable(),
  /** Only of captions that were submitted with `match`. */
  match: captionMatch.nullable(),
});
export type CaptionResource = z.infer<typeof captionResource>;

/** What `GET /v1/captions` answers: newest first. */
export const captionPage = z.object({
  object: z.literal('list'),
  data: z.array(captionResource),
  /** Give it as `cursor` to get what follows; null on the last page. Its content means nothing to callers. */
  next_cursor: z.string().nullable(),
});
export type CaptionPage = z.infer<typeof captionPage>;
