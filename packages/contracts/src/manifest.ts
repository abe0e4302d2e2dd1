import { z } from 'zod';
import { task } from './task.js';

/** What a checkpoint says about generation, in transformers' words; absent means the checkpoint is silent. */
export const generationDefaults = z
  .object({
    max_new_tokens: z.int().positive(),
    min_new_tokens: z.int().nonnegative(),
    max_length: z.int().positive(),
    min_length: z.int().nonnegative(),
    num_beams: z.int().positive(),
    length_penalty: z.number(),
    early_stopping: z.union([z.boolean(), z.literal('never')]),
    repetition_penalty: z.number().positive(),
    no_repeat_ngram_size: z.int().nonnegative(),
  })
  .partial();
export type GenerationDefaults = z.infer<typeof generationDefaults>;

/** What a worker tells the gateways about the model it serves. It stays in Redis when all workers are gone. */
export const modelManifest = z.object({
  model: z.string().min(1),
  /** Content hash or tag of the checkpoint. */
  revision: z.string().min(1),
  task,
  /** Side S of the square input in pixels: images are submitted as u8 [S, S, 3]. */
  image_size: z.int().positive(),
  /** Rows of the decoder's position table: prompt (bos included) + new tokens - 1 may not exceed it. */
  positions_max: z.int().positive(),
  precision: z.enum(['fp32', 'int8-decoder', 'int8', 'int7', 'fp16']),
  /** Why the worker took it; absent where it was told to. Another worker may have taken another one. */
  precision_reason: z.string().max(500).optional(),
  device: z.enum(['cpu', 'cuda']),
  /** The checkpoint's `generation_config.json`; stronger than an endpoint's own defaults. */
  generation_config: generationDefaults,
  /** Legacy generation fields of the checkpoint's `text_config`; weaker than an endpoint's own defaults. */
  text_config: generationDefaults,
  /** What the model's card says that it knows and does not know. */
  note: z.string().max(500).optional(),
  /** The confidence below which texts are marked `low_confidence` where a request names no other. */
  min_confidence: z.number().min(0).max(1).optional(),
  tokenizer_sha256: z.string().regex(/^[0-9a-f]{64}$/),
  registered_at: z.iso.datetime(),
});
export type ModelManifest = z.infer<typeof modelManifest>;
