import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FileTensors, readTensors, writeTensors } from './checkpoint/testing/tensor-files.js';
import { modelFolder } from './checkpoint/testing/write-files.js';
import { ModelError, type ModelErrorCode } from './model-error.js';
import { prepareModel } from './prepare-model.js';
import { cacheDir, captionFiles, foldersInCache, prepare, reference } from './testing/model-cache.js';
import type { Files } from './testing/model-print.js';

/** The weights with some tensors changed, in a whole and well-formed file. */
function editTensors(files: Files, edit: (tensors: FileTensors) => void): Files {
  const tensors = readTensors(files['model.safetensors'] as Uint8Array);
  edit(tensors);
  return { ...files, 'model.safetensors': writeTensors(tensors) };
}

/** Gives a tensor the same numbers in another shape: its own, backwards. */
function reverseShape(tensors: FileTensors, name: string): void {
  const tensor = tensors.get(name)!;
  tensors.set(name, { ...tensor, shape: tensor.shape.toReversed() });
}

/** Asked to be a captioning model, as the worker asks. */
async function expectRefusal(checkpoint: string, code: ModelErrorCode, ...mentions: string[]): Promise<void> {
  const error: ModelError = await prepare(checkpoint, { task: 'captioning' }).then(
    () => expect.unreachable('the model was built'),
    (error) => error,
  );
  expect(error).toBeInstanceOf(ModelError);
  expect(error.code, error.message).toBe(code);
  for (const mention of mentions) expect(error.message).toContain(mention);
  expect(await foldersInCache()).toEqual([]);
}

describe('a checkpoint that cannot be built is refused with its reason, and leaves no folder', () => {
  const fc1 = 'vision_model.encoder.layers.1.mlp.fc1.weight';

  test('a tensor is missing', async () => {
    const files = editTensors(captionFiles(), (tensors) => tensors.delete(fc1));
    await expectRefusal(await modelFolder(files), 'checkpoint_mismatch', `1 missing: ${fc1}`, 'model.safetensors');
  });

  test('a tensor is not part of the model', async () => {
    const files = editTensors(captionFiles(), (tensors) => {
      tensors.set('adapter.lora_A', { dtype: 'F32', shape: [2], data: new Uint8Array(8) });
    });
    await expectRefusal(await modelFolder(files), 'checkpoint_mismatch', '1 not part of the model: adapter.lora_A');
  });

  test('a tensor has another shape', async () => {
    const files = editTensors(captionFiles(), (tensors) => reverseShape(tensors, fc1));
    const mention = `${fc1} is [64,256] and should be [256,64]`;
    await expectRefusal(await modelFolder(files), 'checkpoint_mismatch', mention);
  });

  test('all three at once, all of them named', async () => {
    const files = editTensors(captionFiles(), (tensors) => {
      reverseShape(tensors, fc1);
      tensors.delete('vision_model.post_layernorm.bias');
      tensors.set('extra', { dtype: 'F32', shape: [1], data: new Uint8Array(4) });
    });
    const mentions = [fc1, 'vision_model.post_layernorm.bias', 'extra'];
    await expectRefusal(await modelFolder(files), 'checkpoint_mismatch', ...mentions);
  });

  const broken: [string, (weights: Buffer) => Buffer][] = [
    [
      'the header is not JSON',
      (weights) => Buffer.concat([weights.subarray(0, 8), Buffer.from('x'), weights.subarray(9)]),
    ],
    [
      'the header is longer than the file',
      (weights) => {
        weights.writeBigUInt64LE(2n ** 60n);
        return weights;
      },
    ],
    ['the data ends too early', (weights) => weights.subarray(0, -4)],
    ['the data goes on too long', (weights) => Buffer.concat([weights, Buffer.alloc(4)])],
    ['the file is empty', () => Buffer.alloc(0)],
  ];
  test.each(broken)('%s', async (_what, damage) => {
    const files = captionFiles();
    const weights = damage(Buffer.from(files['model.safetensors'] as Uint8Array));
    const checkpoint = await modelFolder({ ...files, 'model.safetensors': weights });
    await expectRefusal(checkpoint, 'checkpoint_invalid', join(checkpoint, 'model.safetensors'));
  });

  test.each([
    ['vqa', 'question answering'],
    ['itm', 'image text retrieval'],
  ])('it is trained for another task: %s', async (folder, task) => {
    await expectRefusal(join(reference, folder), 'checkpoint_refused', task, 'not for captioning');
  });

  test.each(['config.json', 'tokenizer.json', 'model.safetensors'])('there is no %s', async (name) => {
    const { [name]: _left, ...files } = captionFiles();
    const checkpoint = await modelFolder(files);
    await expectRefusal(checkpoint, 'checkpoint_missing', checkpoint, name);
  });

  test('there is no such folder', async () => {
    const checkpoint = join(cacheDir, 'nowhere');
    await expectRefusal(checkpoint, 'checkpoint_missing', checkpoint);
  });

  test.each(['config.json', 'preprocessor_config.json', 'generation_config.json', 'tokenizer_config.json'])(
    '%s is no JSON',
    async (name) => {
      const checkpoint = await modelFolder({ ...captionFiles(), [name]: '{' });
      await expectRefusal(checkpoint, 'config_invalid', join(checkpoint, name));
    },
  );

  test.each([
    ['no JSON', '{'],
    ['no tokenizer', '{}'],
  ])('tokenizer.json is %s', async (_what, content) => {
    const checkpoint = await modelFolder({ ...captionFiles(), 'tokenizer.json': content });
    await expectRefusal(checkpoint, 'config_invalid', join(checkpoint, 'tokenizer.json'));
  });

  test('a bad checkpoint leaves the folder of a good one', async () => {
    const folder = await prepare(join(reference, 'caption'));
    const files = editTensors(captionFiles(), (tensors) => tensors.delete(fc1));
    await expect(prepare(await modelFolder(files))).rejects.toThrow(fc1);
    expect(await foldersInCache()).toEqual([folder]);
  });
});

describe('a cache that cannot be written is an error that names it', () => {
  test.each([
    ['a file', (path: string) => writeFile(path, '')],
    ['inside a file', (path: string) => writeFile(join(path, '..'), '')],
    ['a link to nowhere', (path: string) => symlink('/nonexistent/nowhere', path)],
  ])('%s', async (what, make) => {
    const path = join(cacheDir, 'sub', 'cache');
    if (what === 'inside a file') await make(path);
    else {
      await mkdir(join(path, '..'));
      await make(path);
    }
    await expect(prepareModel({ checkpoint: join(reference, 'caption'), cacheDir: path })).rejects.toMatchObject({
      name: 'ModelError',
      code: 'cache_unwritable' satisfies ModelErrorCode,
      message: expect.stringMatching(new RegExp(`^built graphs cannot be kept in ${path}: E[A-Z]+: `)),
    });
  });
});
