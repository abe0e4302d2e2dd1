import { join } from 'node:path';
import { z } from 'zod';
import { parseConfig, readJson } from './json-file.js';

const count = z.int().nonnegative().max(1_000_000);

/** The generation parameters that we honour, under transformers' names; all others are ignored. */
export const generationFields = z.object({
  max_new_tokens: count.positive().optional(),
  min_new_tokens: count.optional(),
  max_length: count.positive().optional(),
  min_length: count.optional(),
  num_beams: count.positive().optional(),
  length_penalty: z.number().optional(),
  early_stopping: z.union([z.boolean(), z.literal('never')]).optional(),
  repetition_penalty: z.number().positive().optional(),
  no_repeat_ngram_size: count.optional(),
});

export type GenerationFields = Readonly<z.infer<typeof generationFields>>;

/** generation_config.json of a model folder, or no fields at all where it has none. */
export async function readGenerationConfig(folder: string): Promise<GenerationFields> {
  const path = join(folder, 'generation_config.json');
  return parseConfig(path, generationFields, (await readJson(path)) ?? {});
}
