import { z } from 'zod';
import { captionId } from './id.js';
import { captionParams } from './params.js';
import { type BlipqError, problemCode } from './problem.js';

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

export const captionResult = z.object({
  text: z.string(),
  score: z.number(),
  /** Generated tokens only (bos and prompt left out), eos included, with their log-probabilities. */
  tokens: z.array(z.object({ id: z.int().nonnegative(), logprob: z.number() })),
});
export type CaptionResult = z.infer<typeof captionResult>;

export const captionError = z.object({ code: problemCode, detail: z.string(), retryable: z.boolean() });
export type CaptionError = z.infer<typeof captionError>;

/** What a worker measured. Milliseconds. encode_ms and decode_ms are those of the whole batch the caption ran in. */
export const inferenceTimings = z.object({
  encode_ms: z.number().nonnegative(),
  decode_ms: z.number().nonnegative(),
  batch_size: z.int().positive(),
  device: z.string(),
});
export type InferenceTimings = z.infer<typeof inferenceTimings>;

/** queue_ms: created to the start of the last attempt; total_ms: created to finished. Both on Redis's clock. */
export const captionTimings = inferenceTimings.extend({
  queue_ms: z.number().nonnegative(),
  total_ms: z.number().nonnegative(),
});
export type CaptionTimings = z.infer<typeof captionTimings>;

const time = z.iso.datetime();

/** What `GET /v1/captions/{id}` answers. A field that has no value yet is null, never missing. */
export const captionResource = z.object({
  id: captionId,
  object: z.literal('caption'),
  state: captionState,
  /** How often a worker has started on it. */
  attempt: z.int().nonnegative(),
  model: z.string(),
  revision: z.string(),
  prompt: z.string().nullable(),
  params: captionParams,
  image: imageFacts,
  caption: captionResult.nullable(),
  error: captionError.nullable(),
  timings: captionTimings.nullable(),
  created_at: time,
  started_at: time.nullable(),
  finished_at: time.nullable(),
  /** When the record is deleted. Moves to finished_at + retention when the caption ends. */
  expires_at: time,
  links: z.object({ self: z.string() }),
});
export type CaptionResource = z.infer<typeof captionResource>;

/** How a caption ends, as a worker reports it. */
export const captionOutcome = z.discriminatedUnion('state', [
  z.object({ state: z.literal('succeeded'), caption: captionResult, inference: inferenceTimings }),
  z.object({ state: z.literal('failed'), error: captionError }),
]);
export type CaptionOutcome = z.infer<typeof captionOutcome>;

/** BullMQ job data. Everything else is in the record, so that there is one truth. */
export const captionJob = z.object({ id: captionId });
export type CaptionJob = z.infer<typeof captionJob>;

/** The outcome of a caption that failed with this error. */
export function failedWith(error: BlipqError): CaptionOutcome {
  return { state: 'failed', error: { code: error.code, detail: error.detail, retryable: error.retryable } };
}
