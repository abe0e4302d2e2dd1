import { z } from 'zod';
import { parseConfig, readFirstJson } from './json-file.js';

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

/** generation_config.json of the first folder that has one, or no fields at all. */
export async function readGenerationConfig(folders: readonly string[]): Promise<GenerationFields> {
  const [path, json] = await readFirstJson(folders, 'generation_config.json');
  return parseConfig(path, generationFields, json ?? {});
}
