import { mkdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { widened, writeTorch } from './checkpoint/testing/tensor-files.js';
import { modelFolder, removeModelFolders } from './checkpoint/testing/write-files.js';
import { type Files, type Json, modelPrint } from './testing/model-print.js';
import {
  HEAD,
  merge,
  nested,
  numbers,
  tiny,
  WORDS,
  whole,
  withJson,
  without,
  withTensors,
} from './testing/tiny-folder.js';

// Folders as fine-tuners, savers and downloads leave them: each gives the model that it was made from.

const { files } = tiny;
const expected = await modelPrint({ checkpoint: await modelFolder(whole) });
afterAll(removeModelFolders);

const legacy = {
  ...{
    add_cross_attention: false,
    architectures: null,
    bad_words_ids: null,
    chunk_size_feed_forward: 0,
    do_sample: false,
  },
  ...{
    early_stopping: false,
    id2label: { 0: 'LABEL_0' },
    length_penalty: 1.0,
    max_length: 20,
    min_length: 0,
    num_beams: 1,
  },
  ...{
    no_repeat_ngram_size: 0,
    pruned_heads: {},
    repetition_penalty: 1.0,
    return_dict: true,
    torch_dtype: null,
    top_k: 50,
  },
};
const processor = JSON.parse(String(files['preprocessor_config.json']));

describe('the same model comes of', () => {
  const config = (change: (json: Json) => unknown) => withJson('config.json', change);
  const images = (change: (json: Json) => unknown) => withJson('preprocessor_config.json', change);
  test.each<[string, Files, (string | RegExp)?]>([
    ['a config.json that names the type of its numbers as transformers 5 does', config(merge({ dtype: 'float32' }))],
    ['a config.json without architectures', config(merge({ architectures: undefined }))],
    ['null beside a nested configuration', config(merge({ text_config_dict: null, vision_config_dict: null }))],
    ['an image size that is a pair', config(nested('vision_config', { image_size: [96, 96] }))],
    [
      'a configuration of bitsandbytes that is switched off',
      config(merge({ quantization_config: { load_in_8bit: false, load_in_4bit: false } })),
    ],
    ['a size that is a number', images(merge({ size: 96 }))],
    [
      'a feature extractor of transformers before 4.25',
      images(() => ({ feature_extractor_type: 'BlipFeatureExtractor', resample: 3, size: 96 })),
    ],
    [
      'a fast image processor full of nulls',
      images(merge({ crop_size: null, do_center_crop: null, do_pad: null, data_format: 'channels_first' })),
    ],
    ['a filter that is given by name', images(merge({ resample: 'bicubic' }))],
    ['a crop of the very size', images(merge({ do_center_crop: true, crop_size: { height: 96, width: 96 } }))],
    ['a folder without an image processor', without('preprocessor_config.json')],
    [
      'an image processor inside processor_config.json',
      {
        ...without('preprocessor_config.json'),
        'processor_config.json': JSON.stringify({ image_processor: processor }),
      },
    ],
    [
      'a processor_config.json of transformers 4, which has none',
      {
        ...whole,
        'processor_config.json': JSON.stringify({ num_query_tokens: null, processor_class: 'BlipProcessor' }),
      },
    ],
    [
      'a stale preprocessor_config.json beside the processor_config.json of transformers 5',
      {
        ...images(merge({ image_mean: [0.5, 0.5, 0.5] })),
        'processor_config.json': JSON.stringify({ image_processor: processor }),
      },
    ],
    [
      'stored position ids',
      withTensors((t) =>
        t.set('text_decoder.bert.embeddings.position_ids', { dtype: 'I64', shape: [1, 1], data: new Uint8Array(8) }),
      ),
    ],
    [
      'double precision',
      withTensors((t) => {
        for (const [name, tensor] of t) t.set(name, widened(tensor, 'F64'));
      }),
    ],
    [
      'a head beside the embeddings that it is tied to',
      withTensors((t) => t.set(`${HEAD}.decoder.weight`, t.get(WORDS)!)),
    ],
    [
      'a head in place of the embeddings',
      withTensors((t) => {
        t.set(`${HEAD}.decoder.weight`, t.get(WORDS)!);
        t.delete(WORDS);
      }),
    ],
    [
      'a bias under its other name',
      withTensors((t) => {
        t.set(`${HEAD}.decoder.bias`, t.get(`${HEAD}.bias`)!);
        t.delete(`${HEAD}.bias`);
      }),
    ],
    [
      'names that begin with blip., as of a BlipModel',
      withTensors((t) => {
        for (const [name, tensor] of [...t]) {
          t.delete(name);
          t.set(`blip.${name}`, tensor);
        }
      }),
    ],
    [
      'tensors that captioning has no use of, with one warning that names them',
      withTensors((t) => {
        t.set('text_decoder.bert.pooler.dense.weight', numbers(2, 2));
        t.set('logit_scale', numbers(1));
      }),
      /2 tensors that the model has no use of were left out: text_decoder\.bert\.pooler\.dense\.weight, logit_scale$/,
    ],
    ['a pickle', { ...files, 'pytorch_model.bin': writeTorch(tiny.tensors) }],
    ['a state dict inside a dict', { ...files, 'pytorch_model.bin': writeTorch(tiny.tensors, ['state_dict']) }],
    [
      'what Trainer leaves beside the weights',
      {
        ...whole,
        'optimizer.pt': 'PK',
        'scheduler.pt': 'PK',
        'rng_state.pth': 'PK',
        'training_args.bin': 'PK',
        'trainer_state.json': '{}',
      },
    ],
  ])('%s', async (_what, folder, warned) => {
    const warnings: string[] = [];
    expect(await modelPrint({ checkpoint: await modelFolder(folder) }, (text) => warnings.push(text))).toEqual(
      expected,
    );
    expect(warnings).toEqual(warned === undefined ? [] : [expect.stringMatching(warned)]);
  });

  test('a config.json of transformers 4.26 with every generation field in both halves', async () => {
    const folder = withJson('config.json', (json) => ({
      ...json,
      text_config: { ...legacy, ...json.text_config },
      vision_config: { ...legacy, num_channels: 3, ...json.vision_config },
    }));
    const { config, ...print } = await modelPrint({ checkpoint: await modelFolder(folder) });
    expect(print).toEqual({ ...expected, config: undefined });
    expect(config).toMatchObject({ textGeneration: { max_length: 20, num_beams: 1 } });
  });

  test("a snapshot in the Hub's cache, whose files are links", async () => {
    const folder = await modelFolder(whole);
    await mkdir(join(folder, 'blobs'));
    for (const [index, name] of Object.keys(whole).entries()) {
      await rename(join(folder, name), join(folder, 'blobs', `${index}`));
      await symlink(join('blobs', `${index}`), join(folder, name));
    }
    expect(await modelPrint({ checkpoint: folder })).toEqual(expected);
  });
});

test('the image processor that counts decides the mean and the deviation', async () => {
  const image_processor = { ...processor, image_mean: [0.5, 0.5, 0.5] };
  const folder = await modelFolder({ ...whole, 'processor_config.json': JSON.stringify({ image_processor }) });
  const print = await modelPrint({ checkpoint: folder });
  expect(print).toEqual({ ...expected, config: { ...expected.config, imageMean: [0.5, 0.5, 0.5] } });
});
