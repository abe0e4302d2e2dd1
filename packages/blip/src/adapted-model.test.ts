import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type FileTensors, writeTensors } from './checkpoint/testing/tensor-files.js';
import { modelFolder, removeModelFolders } from './checkpoint/testing/write-files.js';
import { inspectCheckpoint } from './inspect-checkpoint.js';
import { type Files, modelPrint } from './testing/model-print.js';
import { merge, QUERY, tiny, WORDS, whole, withTensors } from './testing/tiny-folder.js';

const base = await modelFolder(whole);
const cacheDir = await mkdtemp(join(tmpdir(), 'blipq-adapted-'));
afterAll(async () => {
  await rm(cacheDir, { recursive: true });
  await removeModelFolders();
});

const ones = (...shape: number[]) => {
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(1);
  return { dtype: 'F32', shape, data: new Uint8Array(values.buffer) };
};
const A = `base_model.model.${QUERY}.lora_A.weight`;
const B = `base_model.model.${QUERY}.lora_B.weight`;
const plain = { peft_type: 'LORA', r: 2, lora_alpha: 4, target_modules: ['layer.0.attention.self.query'] };

/** An adapter that adds 4 to every weight of a query: rank 2, scale 2, factors of ones. */
function adapterFiles(fields: object = {}, change: (tensors: FileTensors) => void = () => {}): Files {
  const tensors: FileTensors = new Map([
    [A, ones(2, 128)],
    [B, ones(128, 2)],
  ]);
  change(tensors);
  const config = { ...plain, ...fields };
  return { 'adapter_config.json': JSON.stringify(config), 'adapter_model.safetensors': writeTensors(tensors) };
}

const print = async (files: Files, warn?: (text: string) => void) =>
  await modelPrint({ checkpoint: base, adapter: await modelFolder(files) }, warn);
const expected = await modelPrint({ checkpoint: base });

describe('an adapter', () => {
  test('changes what it targets and nothing else', async () => {
    const { weights, ...rest } = await print(adapterFiles());
    const changed = Object.keys(weights).filter((name) => weights[name] !== expected.weights[name]);
    expect(changed).toEqual([`${QUERY}.weight`]);
    expect({ ...rest, weights: expected.weights }).toEqual(expected);
  });

  test.each<[string, Files]>([
    [
      'names of a state dict',
      adapterFiles({}, (t) => {
        t.set(A.replace('.weight', '.default.weight'), t.get(A)!);
        t.delete(A);
      }),
    ],
    [
      'names that torch.compile made',
      adapterFiles({}, (t) => {
        t.set(`_orig_mod.${A}`, t.get(A)!);
        t.delete(A);
      }),
    ],
    ['a rank by pattern', adapterFiles({ r: 8, lora_alpha: 4, rank_pattern: { 'attention.self.query': 2 } })],
    [
      'a rank and alpha by expression',
      adapterFiles({ r: 8, lora_alpha: 1, rank_pattern: { '.*quer[yz]': 2 }, alpha_pattern: { '^text_decoder.*': 4 } }),
    ],
    ['rsLoRA', adapterFiles({ lora_alpha: 2 * Math.SQRT2, use_rslora: true })],
  ])('with %s is merged the same', async (_what, files) => {
    expect((await print(files)).weights).toEqual((await print(adapterFiles())).weights);
  });

  test('finds its base in a folder by the path that it names, from where it lies too', async () => {
    const merged = await print(adapterFiles());
    for (const name of [base, join('..', basename(base))]) {
      const adapter = await modelFolder(adapterFiles({ base_model_name_or_path: name }));
      expect(await modelPrint({ checkpoint: adapter })).toEqual(merged);
    }
  });

  test('is merged into the weights beside it where both are named', async () => {
    const both = await modelFolder({ ...whole, ...adapterFiles() });
    expect(await modelPrint({ checkpoint: both, adapter: both })).toEqual(await print(adapterFiles()));
  });

  test("has its own tokenizer and image processor before its base's", async () => {
    const own = {
      'vocab.txt': String(tiny.vocabulary).replace('\na\n', '\nA\n'),
      'tokenizer_config.json': JSON.stringify({ do_lower_case: false }),
      'preprocessor_config.json': JSON.stringify({ size: 96, image_mean: [0.5, 0.5, 0.5] }),
    };
    const { prompts, config } = await print({ ...adapterFiles(), ...own });
    expect(prompts).not.toEqual(expected.prompts);
    expect(config).toMatchObject({ imageMean: [0.5, 0.5, 0.5] });
  });

  test('that resizes the vocabulary brings its embeddings', async () => {
    const rows = tiny.vocabSize + 3;
    const name = 'base_model.model.text_decoder.bert.embeddings.word_embeddings.weight';
    const bias = 'base_model.model.text_decoder.cls.predictions.bias';
    const files = adapterFiles({}, (t) => t.set(name, ones(rows, 128)).set(bias, ones(rows)));
    const { config, weights } = await print(files);
    expect(config).toMatchObject({ text: { vocabSize: rows } });
    expect(weights[WORDS]).not.toBe(expected.weights[WORDS]);
  });

  test('says which modules it targets and has no tensors for', async () => {
    const warnings: string[] = [];
    await print(adapterFiles({ target_modules: ['query'] }), (text) => warnings.push(text));
    expect(warnings).toEqual([
      expect.stringMatching(
        /has no tensors for 1 of the modules that it targets: .*crossattention\.self\.query; they stay/,
      ),
    ]);
  });

  test('is a part of the revision: its tensors, its configuration and its tokenizer', async () => {
    const inspect = async (files: Files) =>
      (await inspectCheckpoint({ checkpoint: base, adapter: await modelFolder(files), cacheDir })).revision;
    const first = await inspect(adapterFiles());
    expect(await inspect(adapterFiles())).toBe(first);
    const others = [
      adapterFiles({ lora_alpha: 5 }),
      adapterFiles({}, (t) => t.set(A, ones(2, 128)).set(`base_model.model.${QUERY}.bias`, ones(128))),
      { ...adapterFiles(), 'tokenizer.json': String(tiny.files['tokenizer.json']) },
    ];
    const revisions = [first, (await inspectCheckpoint({ checkpoint: base, cacheDir })).revision];
    for (const files of others) revisions.push(await inspect(files));
    expect(new Set(revisions).size).toBe(revisions.length);
  });
});

test.each(['added_tokens.json', 'special_tokens_map.json'])('%s is a part of the revision', async (name) => {
  const checkpoint = await modelFolder(whole);
  const { revision } = await inspectCheckpoint({ checkpoint, cacheDir });
  await writeFile(join(checkpoint, name), '{}');
  expect((await inspectCheckpoint({ checkpoint, cacheDir })).revision).not.toBe(revision);
});

test.each<[string, Files, string]>([
  ['one half of a pair', adapterFiles({}, (t) => t.delete(B)), 'has one half of lora_A and lora_B alone'],
  ['another rank', adapterFiles({ r: 3 }), 'do not fit rank 3'],
  ['another base', adapterFiles({}, (t) => t.set(A, ones(2, 64))), "is this the adapter's base?"],
  [
    'a module that the base has not',
    adapterFiles({}, (t) =>
      t.set('base_model.model.x.lora_A.weight', ones(2, 2)).set('base_model.model.x.lora_B.weight', ones(2, 2)),
    ),
    'changes x.weight, which',
  ],
  [
    'too many magnitudes',
    adapterFiles({}, (t) => t.set(`base_model.model.${QUERY}.lora_magnitude_vector`, ones(127))),
    '127 values where 128 are due',
  ],
  [
    'an initialisation that changed the base',
    adapterFiles({ init_lora_weights: 'pissa' }),
    'init_lora_weights "pissa"',
  ],
  ['a switch that is not known', adapterFiles({ use_qalora: true }), 'sets use_qalora, which BlipQ does not merge'],
  ['tokens that trigger it', adapterFiles({ alora_invocation_tokens: [1] }), 'activated LoRA'],
  ['prompt tuning', adapterFiles({ peft_type: 'PROMPT_TUNING' }), 'type PROMPT_TUNING'],
  [
    'an expression that never ends',
    adapterFiles({ rank_pattern: { '(([a-z_.0-9]+)+)+!': 2 } }),
    'pattern that cannot be used',
  ],
  ['an expression that is none', adapterFiles({ rank_pattern: { '(': 2 } }), 'pattern that cannot be used'],
  [
    'rows of no token',
    adapterFiles({ trainable_token_indices: [1, 2] }, (t) =>
      t.set(`base_model.model.${WORDS.replace('.weight', '')}.token_adapter.trainable_tokens_delta`, ones(1, 128)),
    ),
    'trainable_token_indices',
  ],
  ['no weights', { 'adapter_config.json': JSON.stringify(plain) }, 'no adapter_model.safetensors or adapter_model.bin'],
  ['no configuration', { 'adapter_model.safetensors': writeTensors(new Map()) }, 'adapter_config.json does not exist'],
])('an adapter with %s is refused', async (_what, files, message) => {
  await expect(print(files)).rejects.toMatchObject({ name: 'ModelError', message: expect.stringContaining(message) });
});

test.each(['', undefined])('an adapter that names its base %j is refused where it is named alone', async (name) => {
  const checkpoint = await modelFolder(adapterFiles({ base_model_name_or_path: name }));
  await expect(modelPrint({ checkpoint })).rejects.toThrow('does not name its base model; name the base with it');
});

test('a base that is quantised takes no adapter', async () => {
  const files = {
    ...whole,
    'config.json': JSON.stringify(merge({ quantization_config: { quant_method: 'awq' } })({})),
  };
  const options = { checkpoint: await modelFolder(files), adapter: await modelFolder(adapterFiles()) };
  await expect(modelPrint(options)).rejects.toThrow('awq');
});

test('DoRA on an embedding scales its columns, not its rows', async () => {
  const checkpoint = await modelFolder(withTensors((t) => t.set(WORDS, ones(tiny.vocabSize, 128))));
  const module = `base_model.model.${WORDS.replace('.weight', '')}`;
  const adapter = await modelFolder(
    adapterFiles({}, (t) => {
      t.set(`${module}.lora_embedding_A`, ones(2, tiny.vocabSize));
      t.set(`${module}.lora_embedding_B`, ones(128, 2));
      t.set(`${module}.lora_magnitude_vector`, ones(128));
    }),
  );
  // Every number of a column is the same, and the column has length 1.
  const number = new Float32Array(tiny.vocabSize * 128).fill(1 / Math.sqrt(tiny.vocabSize));
  const changed = await modelFolder(
    withTensors((t) => {
      t.set(WORDS, { dtype: 'F32', shape: [tiny.vocabSize, 128], data: new Uint8Array(number.buffer) });
    }),
  );
  const both = await modelPrint({ checkpoint, adapter });
  expect(both.weights[WORDS]).toBe((await modelPrint({ checkpoint: changed })).weights[WORDS]);
});
