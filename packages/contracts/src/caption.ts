import { z } from 'zod';
import { captionId } from './id.js';
import { captionParams } from './params.js';
import { modelVersion, resourceSchema } from './resource-schema.js';

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

/** How well a caption fits its image, and the model of image-text retrieval that says so. */
export const captionMatch = z.object({ ...fit.shape, ...modelVersion.shape });
export type CaptionMatch = z.infer<typeof captionMatch>;

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
