import { z } from 'zod';
import { captionId } from './id.js';
import { captionParams } from './params.js';
import { modelVersion, resourceSchema } from './resource-schema.js';

export const captionResult = z.object({
  text: z.string(),
  /** The text as alternative text for the image; null unless `format` was `alt`. */
  alt: z.string().nullable().default(null),
  score: z.number(),
  /**
   * The geometric mean of the probabilities of its tokens, 0 to 1: how sure the model was of its words, not how likely
   * they are true. Null in results of a version that did not tell it.
   */
  confidence: z.number().min(0).max(1).nullable().default(null),
  /** Whether the confidence is below `min_confidence`, of the request or else of the model's card: the model is unsure. */
  low_confidence: z.boolean().default(false),
  /**
   * Generated tokens only (bos and prompt left out), eos included, with their log-probabilities, and as the vocabulary has
   * them: `##` goes on with a word. Results of a version that did not tell it have no `text`.
   */
  tokens: z.array(z.object({ id: z.int().nonnegative(), logprob: z.number(), text: z.string().optional() })),
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
  /** The best one. */
  caption: captionResult.nullable(),
  /** All that were made, best first, where `num_return_sequences` asked for several; else null. */
  captions: z.array(captionResult).nullable().default(null),
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
