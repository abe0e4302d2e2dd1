import { ModelError } from '../model-error.js';
import type { Checkpoint } from './checkpoint.js';
import { taskOfModules } from './task.js';

/** Features of one attention head: 64 in every BLIP (configs/med_config.json, create_vit in models/blip.py). */
const HEAD_SIZE = 64;

/** Ids of special tokens that the tokenizer gives. */
export interface SpecialIds {
  readonly bos: number | undefined;
  readonly sep: number | undefined;
  readonly pad: number | undefined;
}

/**
 * The config.json that a checkpoint of salesforce/BLIP or LAVIS implies by the shapes of its tensors; what no shape tells
 * is as in transformers' conversion, BlipConfig's defaults.
 *
 * @throws ModelError where the model is for a task that is not served, or a size cannot be told
 */
export function originalConfig({ tensors, files }: Checkpoint, ids: SpecialIds): object {
  if (taskOfModules(tensors.keys()) === undefined) {
    throw new ModelError(
      'checkpoint_refused',
      'the .pth file has neither a text_decoder nor an itm_head, as models that caption, answer or match have; models for NLVR, classification and features are not served',
    );
  }
  const shapeOf = (name: string): readonly number[] => {
    const shape = tensors.get(name)?.shape;
    if (shape === undefined) throw new ModelError('checkpoint_mismatch', `${files.join(', ')} has no ${name}`);
    return shape;
  };
  const has = (module: string) => [...tensors.keys()].some((name) => name.startsWith(`${module}.`));
  // Pretraining keeps every head. The conversion takes its decoder, as captions are what it is used for.
  const text = has('text_decoder') ? 'text_decoder.bert' : 'text_encoder';
  const [vocabSize = 0, textSize = 0] = shapeOf(`${text}.embeddings.word_embeddings.weight`);
  const [visionSize = 0, , patchSize = 0] = shapeOf('vision_model.embeddings.patch_embedding.weight');
  const places = shapeOf('vision_model.embeddings.position_embedding')[1] ?? 0;
  const layers = (prefix: string) => countLayers([...tensors.keys()], prefix);
  return {
    model_type: 'blip',
    image_text_hidden_size: has('vision_proj') ? shapeOf('vision_proj.weight')[0] : 256,
    vision_config: {
      hidden_size: visionSize,
      intermediate_size: shapeOf('vision_model.encoder.layers.0.mlp.fc1.weight')[0],
      num_hidden_layers: layers('vision_model.encoder.layers'),
      num_attention_heads: headsOf('vision model', visionSize, files),
      patch_size: patchSize,
      image_size: Math.round(Math.sqrt(places - 1)) * patchSize,
    },
    text_config: {
      vocab_size: vocabSize,
      hidden_size: textSize,
      intermediate_size: shapeOf(`${text}.encoder.layer.0.intermediate.dense.weight`)[0],
      num_hidden_layers: layers(`${text}.encoder.layer`),
      num_attention_heads: headsOf('text model', textSize, files),
      max_position_embeddings: shapeOf(`${text}.embeddings.position_embeddings.weight`)[0],
      // init_tokenizer (models/blip.py) adds [DEC], which begins a text, and [ENC] to the vocabulary, in this order.
      bos_token_id: ids.bos ?? vocabSize - 2,
      ...(ids.sep !== undefined && { sep_token_id: ids.sep }),
      ...(ids.pad !== undefined && { pad_token_id: ids.pad }),
    },
  };
}

function countLayers(names: readonly string[], prefix: string): number {
  const indexes = names.flatMap((name) =>
    name.startsWith(`${prefix}.`) ? [Number.parseInt(name.slice(prefix.length + 1), 10)] : [],
  );
  return Math.max(-1, ...indexes.filter(Number.isInteger)) + 1;
}

function headsOf(what: string, size: number, files: readonly string[]): number {
  if (size > 0 && size % HEAD_SIZE === 0) return size / HEAD_SIZE;
  throw new ModelError(
    'checkpoint_mismatch',
    `${files.join(', ')}: the number of attention heads of its ${what} does not follow from its ${size} features; write it into a config.json beside it`,
  );
}
