import { expect, it } from 'vitest';
import type { Checkpoint } from './checkpoint.js';
import { StateDict } from './state-dict.js';

/** A checkpoint of these shapes, where each tensor's only value is its place in the list. */
function checkpoint(shapes: Readonly<Record<string, readonly number[]>>): Checkpoint {
  const names = Object.keys(shapes);
  return {
    tensors: new Map(names.map((name) => [name, { dtype: 'F32', shape: shapes[name]! }])),
    files: ['/models/x/model.safetensors'],
    isOriginal: false,
    read: async (name) => Float32Array.of(names.indexOf(name)),
    close: async () => undefined,
  };
}

const HEAD = 'text_decoder.cls.predictions';
const EMBEDDINGS = 'text_decoder.bert.embeddings';

it('accepts a checkpoint that holds exactly what is taken, position_ids aside', async () => {
  const dict = new StateDict(checkpoint({ a: [2, 3], [`${EMBEDDINGS}.position_ids`]: [1, 512] }));
  expect(await dict.take('a', [2, 3]).read()).toEqual(Float32Array.of(0));
  dict.finish();
});

it('names the file and all tensors that are missing, misshapen or unused', () => {
  const dict = new StateDict(checkpoint({ a: [2, 3], b: [6], 'extra.weight': [1] }));
  dict.take('a', [3, 2]);
  dict.take('b', [6]);
  dict.take('c', [1]);
  expect(() => dict.finish()).toThrow(
    expect.objectContaining({
      code: 'checkpoint_mismatch',
      message:
        'the tensors in /models/x/model.safetensors are not those that config.json asks for: 1 missing: c; ' +
        '1 of another shape: a is [2,3] and should be [3,2]; 1 not part of the model: extra.weight',
    }),
  );
});

it('shows no more than ten names of a kind', () => {
  const dict = new StateDict(checkpoint({}));
  for (let i = 0; i < 12; i++) dict.take(`t${i}`, [1]);
  expect(() => dict.finish()).toThrow('12 missing: t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 and 2 more');
});

it('takes a head as it is stored', async () => {
  const shapes = {
    [`${EMBEDDINGS}.word_embeddings.weight`]: [9, 4],
    [`${HEAD}.bias`]: [9],
    [`${HEAD}.decoder.bias`]: [9],
  };
  const dict = new StateDict(checkpoint({ ...shapes, [`${HEAD}.decoder.weight`]: [9, 4] }));
  const { weight, bias } = dict.takeVocabularyProjection('text_decoder', 9, 4);
  expect([weight.name, bias.name]).toEqual([`${HEAD}.decoder.weight`, `${HEAD}.decoder.bias`]);
  expect(await weight.read()).toEqual(Float32Array.of(3));
  dict.finish();
});

it('ties a head without weights to the word embeddings', () => {
  const dict = new StateDict(checkpoint({ [`${EMBEDDINGS}.word_embeddings.weight`]: [9, 4], [`${HEAD}.bias`]: [9] }));
  const { weight, bias } = dict.takeVocabularyProjection('text_decoder', 9, 4);
  expect([weight.name, bias.name]).toEqual([`${EMBEDDINGS}.word_embeddings.weight`, `${HEAD}.bias`]);
  dict.finish();
});

it('misses the head, by the name it should have, where there are no embeddings either', () => {
  const dict = new StateDict(checkpoint({}));
  dict.takeVocabularyProjection('text_decoder', 9, 4);
  expect(() => dict.finish()).toThrow(`2 missing: ${HEAD}.decoder.weight, ${HEAD}.decoder.bias`);
});
