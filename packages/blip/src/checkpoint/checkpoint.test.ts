import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Checkpoint, openCheckpoint } from './checkpoint.js';
import { fixture, modelFolder, removeModelFolders } from './testing/write-files.js';

afterAll(removeModelFolders);

function reference(name: string): string {
  return fileURLToPath(new URL(`../../../../test/reference/${name}`, import.meta.url));
}

async function open(folder: string): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(folder);
  onTestFinished(() => checkpoint.close());
  return checkpoint;
}

async function sums(
  checkpoint: Checkpoint,
): Promise<{ tensors: number; values: number; sum: number; absolute: number }> {
  const total = { tensors: checkpoint.tensors.size, values: 0, sum: 0, absolute: 0 };
  for (const name of checkpoint.tensors.keys()) {
    const values = await checkpoint.read(name);
    total.values += values.length;
    for (const value of values) {
      total.sum += value;
      total.absolute += Math.abs(value);
    }
  }
  return total;
}

describe('the reference checkpoints', () => {
  // safetensors.torch.load_file(…), then sum(v.numel()), sum(v.double().sum()), sum(v.double().abs().sum());
  // float64 sums differ in their last digits with the order of addition.
  it.each([
    ['caption', 93, 2_209_688, 345.0955237150192, 819_955.0271371603],
    ['caption-tied-fp16', 91, 1_202_396, 721.9082787036896, 428_189.5322508812],
    ['vqa', 149, 3_120_056, -654.5732863545418, 1_205_626.4794726968],
    ['itm', 92, 1_173_954, 508.49625474214554, 426_162.4535192847],
  ])('%s has the values that torch reads', async (name, tensors, values, sum, absolute) => {
    const total = await sums(await open(reference(name)));
    expect(total).toMatchObject({ tensors, values });
    expect(total.sum).toBeCloseTo(sum, 6);
    expect(total.absolute).toBeCloseTo(absolute, 5);
  });

  // t = load_file('caption/model.safetensors'); v = t[name].flatten(); list(t[name].shape), v[:3], v[-1]
  it.each([
    [
      'vision_model.embeddings.class_embedding',
      [1, 1, 64],
      [-0.0535888671875, -0.0107421875, -0.038421630859375],
      0.0309906005859375,
    ],
    [
      'vision_model.embeddings.patch_embedding.weight',
      [64, 3, 16, 16],
      [-0.049560546875, 0.03173828125, -0.030609130859375],
      0.004169464111328125,
    ],
    [
      'text_decoder.bert.encoder.layer.1.crossattention.self.key.weight',
      [32, 64],
      [-0.404541015625, 0.388427734375, -0.185791015625],
      -0.08538818359375,
    ],
  ])('every form of caption has the same %s', async (name, shape, first, last) => {
    for (const form of ['caption', 'caption-pickle', 'caption-sharded']) {
      const checkpoint = await open(reference(form));
      const values = await checkpoint.read(name);
      expect(checkpoint.tensors.get(name)!.shape).toEqual(shape);
      expect([...values.subarray(0, 3), values.at(-1)]).toEqual([...first, last]);
    }
  });

  it.each(['caption-pickle', 'caption-sharded'])('%s equals caption element for element', async (form) => {
    const single = await open(reference('caption'));
    const other = await open(reference(form));
    const names = [...other.tensors.keys()].filter((name) => !name.endsWith('position_ids'));
    expect(names.sort()).toEqual([...single.tensors.keys()].sort());
    for (const name of names) {
      const [expected, actual] = [await single.read(name), await other.read(name)];
      const unequal = expected.reduce((count, value, i) => count + Number(value !== actual[i]), 0);
      // One bias in the float32 file was set after the weights were rounded to the fp16 that the others store.
      expect(unequal, name).toBe(name.endsWith('predictions.bias') || name.endsWith('decoder.bias') ? 1 : 0);
      if (unequal) expect(Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)))).toBeLessThan(0.002);
    }
  });
});

describe('a model folder', () => {
  it('is read from safetensors where it has a pickle as well', async () => {
    const folder = await modelFolder({
      'model.safetensors': await readFile(fixture('plain.safetensors')),
      'pytorch_model.bin': 'never opened',
    });
    expect((await open(folder)).files).toEqual([`${folder}/model.safetensors`]);
  });

  it('lists every file that its weights come from, the index first', async () => {
    const { files } = await open(reference('caption-sharded'));
    expect(files.map((path) => path.slice(path.lastIndexOf('/') + 1))).toEqual([
      'model.safetensors.index.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ]);
  });

  it('without weights is an error that says which files would do', async () => {
    await expect(openCheckpoint(await modelFolder({}))).rejects.toMatchObject({
      code: 'checkpoint_missing',
      message: expect.stringContaining('pytorch_model.bin'),
    });
  });

  it('that git-lfs has not filled says so', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n';
    await expect(openCheckpoint(await modelFolder({ 'model.safetensors': pointer }))).rejects.toMatchObject({
      code: 'checkpoint_missing',
      message: expect.stringContaining('git lfs pull'),
    });
  });

  it('refuses a tensor that it does not have', async () => {
    const checkpoint = await open(reference('caption'));
    await expect(checkpoint.read('toString')).rejects.toMatchObject({ code: 'checkpoint_mismatch' });
  });
});
