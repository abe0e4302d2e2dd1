import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../model-error.js';
import { type GenerationFields, generationFields, readGenerationConfig } from './generation-config.js';
import { parseConfig } from './json-file.js';
import { readConfigJson } from './model-kind.js';
import { readImageProcessor } from './preprocessor-config.js';
import { type BlipTask, blipTask } from './task.js';

/** A BLIP model's configuration, every field filled in. Sizes are numbers of features unless named otherwise. */
export interface BlipConfig {
  readonly vision: {
    readonly hiddenSize: number;
    readonly intermediateSize: number;
    readonly layers: number;
    readonly heads: number;
    /** Pixels on each side of the square input. */
    readonly imageSize: number;
    /** Pixels on each side of a square patch; divides `imageSize`. */
    readonly patchSize: number;
    readonly layerNormEps: number;
  };
  readonly text: {
    readonly vocabSize: number;
    readonly hiddenSize: number;
    /** Features of what cross-attention attends to: always the vision model's hidden size. */
    readonly encoderHiddenSize: number;
    readonly intermediateSize: number;
    readonly layers: number;
    readonly heads: number;
    /** The longest sequence that position embeddings exist for, in tokens. */
    readonly positions: number;
    readonly layerNormEps: number;
    readonly bosTokenId: number;
    /** Ends generation; BLIP does not use eos_token_id. */
    readonly sepTokenId: number;
    readonly padTokenId: number;
    /** Whether the head and the word embeddings are one parameter where a checkpoint has only one of them. */
    readonly tied: boolean;
  };
  /** Features of the joint image-text space (image-text retrieval only). */
  readonly projectionSize: number;
  readonly imageMean: readonly [number, number, number];
  readonly imageStd: readonly [number, number, number];
  /** generation_config.json, empty where the model has none. */
  readonly generationConfig: GenerationFields;
  /** The generation fields that older checkpoints keep in text_config. */
  readonly textGeneration: GenerationFields;
  readonly task: BlipTask;
}

/** Tokens that the vision model makes of an image: its patches and the class token. */
export function imageTokens({ vision }: BlipConfig): number {
  return (vision.imageSize / vision.patchSize) ** 2 + 1;
}

const noConfig =
  'it says what the weights are: copy it from the model that they were made from, or save with model.save_pretrained(FOLDER)';

/** Every size is bounded so that products of a few of them stay exact integers. */
const size = z.int().positive().max(1_000_000);
const tokenId = z.int().nonnegative();
const epsilon = z.number().positive().max(1);
// What BLIP was trained with. The graphs compute exactly this one, so another is an error rather than an approximation.
const activation = z.literal('gelu').default('gelu');
const square = z
  .union([size, z.tuple([size, size])], 'must be a number or a pair of equal numbers')
  .refine((value) => typeof value === 'number' || value[0] === value[1], 'must be square')
  .transform((value) => (typeof value === 'number' ? value : value[0]));

/** Defaults: BlipVisionConfig of transformers 5.17. */
const visionConfig = z
  .object({
    hidden_size: size.default(768),
    intermediate_size: size.default(3072),
    num_hidden_layers: size.default(12),
    num_attention_heads: size.default(12),
    image_size: square.default(384),
    patch_size: square.default(16),
    hidden_act: activation,
    layer_norm_eps: epsilon.default(1e-5),
  })
  .refine((c) => c.hidden_size % c.num_attention_heads === 0, 'hidden_size must be a multiple of num_attention_heads')
  .refine((c) => c.image_size % c.patch_size === 0, 'image_size must be a multiple of patch_size');

/** Defaults: BlipTextConfig of transformers 5.17. Published models have 12 heads, yet the class default is 8. */
const textConfig = z
  .object({
    vocab_size: size.default(30_524),
    hidden_size: size.default(768),
    intermediate_size: size.default(3072),
    num_hidden_layers: size.default(12),
    num_attention_heads: size.default(8),
    max_position_embeddings: size.default(512),
    hidden_act: activation,
    layer_norm_eps: epsilon.default(1e-12),
    bos_token_id: tokenId.default(30_522),
    sep_token_id: tokenId.default(102),
    pad_token_id: tokenId.default(0),
    tie_word_embeddings: z.boolean().default(true),
    ...generationFields.shape,
  })
  .refine((c) => c.hidden_size % c.num_attention_heads === 0, 'hidden_size must be a multiple of num_attention_heads')
  .refine((c) => Math.max(c.bos_token_id, c.sep_token_id, c.pad_token_id) < c.vocab_size, 'a token id is ≥ vocab_size');

const config = z.object({
  architectures: z.array(z.string()).optional(),
  image_text_hidden_size: size.default(256),
  tie_word_embeddings: z.boolean().default(true),
  vision_config: visionConfig.prefault({}),
  text_config: textConfig.prefault({}),
});

/** What a model folder's own config.json does not give. */
export interface ConfigSources {
  /** Stands in where there is no config.json. */
  readonly implied?: () => object;
  /** Where generation_config.json and the image processor are: the first folder that has one counts. */
  readonly folders?: readonly string[];
}

/**
 * Reads config.json, generation_config.json and preprocessor_config.json of a model folder. A field that a file
 * leaves out has the default of its class in transformers.
 *
 * @param tensorNames the checkpoint's tensors; they tell the task where config.json does not
 * @throws ModelError where a file is missing, malformed or asks for something that BLIP does not have
 */
export async function readBlipConfig(
  folder: string,
  tensorNames: Iterable<string>,
  { implied, folders = [folder] }: ConfigSources = {},
): Promise<BlipConfig> {
  const path = join(folder, 'config.json');
  const json = (await readConfigJson(folder)) ?? implied?.();
  if (json === undefined) throw new ModelError('checkpoint_missing', `${path} does not exist; ${noConfig}`);
  const { vision_config: vision, text_config: text, ...root } = parseConfig(path, config, json);
  const processor = await readImageProcessor(folders, vision.image_size);
  return {
    vision: {
      hiddenSize: vision.hidden_size,
      intermediateSize: vision.intermediate_size,
      layers: vision.num_hidden_layers,
      heads: vision.num_attention_heads,
      imageSize: vision.image_size,
      patchSize: vision.patch_size,
      layerNormEps: vision.layer_norm_eps,
    },
    text: {
      vocabSize: text.vocab_size,
      hiddenSize: text.hidden_size,
      encoderHiddenSize: vision.hidden_size,
      intermediateSize: text.intermediate_size,
      layers: text.num_hidden_layers,
      heads: text.num_attention_heads,
      positions: text.max_position_embeddings,
      layerNormEps: text.layer_norm_eps,
      bosTokenId: text.bos_token_id,
      sepTokenId: text.sep_token_id,
      padTokenId: text.pad_token_id,
      // transformers asks the model's and the decoder's configuration, and ties where either wants it.
      tied: root.tie_word_embeddings || text.tie_word_embeddings,
    },
    projectionSize: root.image_text_hidden_size,
    imageMean: processor.imageMean,
    imageStd: processor.imageStd,
    generationConfig: await readGenerationConfig(folders),
    textGeneration: parseConfig(path, generationFields, text),
    task: blipTask(path, root.architectures, tensorNames),
  };
}
