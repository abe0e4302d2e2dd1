import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCheckpoint } from '../checkpoint/checkpoint.js';
import type { FileTensors } from '../checkpoint/testing/tensor-files.js';
import { halfBytes } from '../checkpoint/testing/tensor-files.js';
import { readTokenizerFile } from '../tokenizer/tokenizer-file.js';
import { type Files, referenceFolder } from './model-print.js';

const original = referenceFolder('original');

/** A captioning model of a few hundred kilobytes with a vocabulary of its own, as save_pretrained writes one. */
export interface TinyModel {
  /** Everything but the weights. */
  readonly files: Files;
  /** In half precision: the word embeddings, no head, and the head's bias under one name. */
  readonly tensors: FileTensors;
  readonly vocabSize: number;
  /** A token a line. */
  readonly vocabulary: string;
}

export async function tinyModel(): Promise<TinyModel> {
  const checkpoint = await openCheckpoint(original);
  try {
    const tensors: FileTensors = new Map();
    for (const [name, { shape }] of checkpoint.tensors) {
      if (/position_ids|predictions\.decoder\.(weight|bias)$/.test(name)) continue;
      tensors.set(name, { dtype: 'F16', shape, data: halfBytes(await checkpoint.read(name)) });
    }
    const [vocabSize] = checkpoint.tensors.get('text_decoder.bert.embeddings.word_embeddings.weight')!.shape;
    const config = {
      architectures: ['BlipForConditionalGeneration'],
      model_type: 'blip',
      text_config: {
        ...{ vocab_size: vocabSize, hidden_size: 128, num_attention_heads: 2, num_hidden_layers: 1 },
        ...{ intermediate_size: 96, max_position_embeddings: 40, bos_token_id: vocabSize! - 2 },
      },
      vision_config: {
        ...{ hidden_size: 64, num_attention_heads: 1, num_hidden_layers: 2, intermediate_size: 80, image_size: 96 },
      },
    };
    const processor = { size: { height: 96, width: 96 }, resample: 3, do_resize: true, do_normalize: true };
    const { json } = await readTokenizerFile([original]);
    const files = {
      'config.json': JSON.stringify(config),
      'preprocessor_config.json': JSON.stringify(processor),
      'tokenizer.json': JSON.stringify(json),
      'tokenizer_config.json': JSON.stringify({ tokenizer_class: 'BertTokenizer', do_lower_case: true }),
    };
    return { files, tensors, vocabSize: vocabSize!, vocabulary: tinyVocabulary() };
  } finally {
    await checkpoint.close();
  }
}

/** The tiny model's vocabulary, a token a line. */
export function tinyVocabulary(): string {
  return readFileSync(join(original, 'vocab.txt'), 'utf8');
}
