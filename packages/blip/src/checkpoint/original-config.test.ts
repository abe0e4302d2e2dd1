import { expect, test } from 'vitest';
import type { Checkpoint } from './checkpoint.js';
import { originalConfig } from './original-config.js';
import { blipTask } from './task.js';

const vision = {
  'vision_model.embeddings.patch_embedding.weight': [128, 3, 16, 16],
  'vision_model.embeddings.position_embedding': [1, 37, 128],
  'vision_model.encoder.layers.0.mlp.fc1.weight': [200, 128],
  'vision_model.encoder.layers.1.mlp.fc1.weight': [200, 128],
};

/** The tensors of a text model that tell its sizes. */
const text = (prefix: string, vocabSize: number) => ({
  [`${prefix}.embeddings.word_embeddings.weight`]: [vocabSize, 64],
  [`${prefix}.embeddings.position_embeddings.weight`]: [40, 64],
  [`${prefix}.encoder.layer.0.intermediate.dense.weight`]: [100, 64],
});
const heads = { 'itm_head.weight': [2, 64], 'vision_proj.weight': [32, 128], 'text_proj.weight': [32, 64] };

function checkpoint(shapes: Readonly<Record<string, readonly number[]>>): Checkpoint {
  const tensors = new Map(Object.entries(shapes).map(([name, shape]) => [name, { dtype: 'F32' as const, shape }]));
  const none = async () => expect.unreachable();
  return { tensors, files: ['/models/x.pth'], isOriginal: true, read: none, close: none };
}

const ids = { bos: undefined, sep: undefined, pad: undefined };

test.each([
  ['captioning', { ...vision, ...text('text_decoder.bert', 50) }, { vocab: 50, projection: 256 }],
  [
    'question_answering',
    { ...vision, ...text('text_encoder', 52), ...text('text_decoder.bert', 50) },
    { vocab: 50, projection: 256 },
  ],
  ['image_text_retrieval', { ...vision, ...text('text_encoder', 52), ...heads }, { vocab: 52, projection: 32 }],
])('a checkpoint for %s implies its task and sizes', (task, shapes, { vocab, projection }) => {
  expect(blipTask('config.json', undefined, Object.keys(shapes))).toBe(task);
  expect(originalConfig(checkpoint(shapes), ids)).toMatchObject({
    image_text_hidden_size: projection,
    vision_config: {
      ...{ hidden_size: 128, intermediate_size: 200, num_hidden_layers: 2, num_attention_heads: 2 },
      ...{ patch_size: 16, image_size: 96 },
    },
    text_config: {
      ...{ vocab_size: vocab, hidden_size: 64, intermediate_size: 100, num_hidden_layers: 1, num_attention_heads: 1 },
      ...{ max_position_embeddings: 40, bos_token_id: vocab - 2 },
    },
  });
});

test('a checkpoint of pretraining, which has the modules of every task, captions', () => {
  const shapes = { ...vision, ...text('text_encoder', 52), ...text('text_decoder.bert', 50), ...heads };
  expect(blipTask('config.json', undefined, Object.keys(shapes))).toBe('captioning');
  expect(originalConfig(checkpoint(shapes), ids)).toMatchObject({ text_config: { vocab_size: 50 } });
});

test('the ids of special tokens are those of the tokenizer, where it has them', () => {
  const shapes = { ...vision, ...text('text_decoder.bert', 50) };
  expect(originalConfig(checkpoint(shapes), { bos: 7, sep: 8, pad: 9 })).toMatchObject({
    text_config: { bos_token_id: 7, sep_token_id: 8, pad_token_id: 9 },
  });
});

test.each([
  ['a model for NLVR', { ...vision, ...text('text_encoder', 52) }, 'checkpoint_refused', 'models for NLVR'],
  [
    'sizes that no head of 64 features divides',
    { ...vision, ...text('text_decoder.bert', 50), 'vision_model.embeddings.patch_embedding.weight': [100, 3, 16, 16] },
    'checkpoint_mismatch',
    'does not follow from its 100 features',
  ],
  [
    'no embedding of positions',
    { 'vision_model.embeddings.patch_embedding.weight': [128, 3, 16, 16], ...text('text_decoder.bert', 50) },
    'checkpoint_mismatch',
    'has no vision_model.embeddings.position_embedding',
  ],
])('%s is refused', (_what, shapes, code, message) => {
  expect(() => originalConfig(checkpoint(shapes), ids)).toThrow(
    expect.objectContaining({ name: 'ModelError', code, message: expect.stringContaining(message) }),
  );
});
