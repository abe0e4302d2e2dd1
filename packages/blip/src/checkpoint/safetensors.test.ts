import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from './checkpoint.js';
import { fixture, modelFolder, removeModelFolders, safetensors } from './testing/write-files.js';

afterAll(removeModelFolders);

const eight = Buffer.alloc(8);

async function open(file: Buffer | string) {
  return await openCheckpoint(await modelFolder({ 'model.safetensors': file }));
}

function tensor(shape: unknown, offsets: unknown, dtype: unknown = 'F32') {
  return { dtype, shape, data_offsets: offsets };
}

describe('a safetensors file', () => {
  it('may be padded, carry metadata and hold scalars and empty tensors', async () => {
    const header = {
      __metadata__: { format: 'pt' },
      b: tensor([], [4, 8]),
      none: tensor([0, 3], [4, 4]),
      a: tensor([1], [0, 4]),
    };
    const data = Buffer.from(Float32Array.of(1.5, -2).buffer);
    const checkpoint = await open(safetensors(`${JSON.stringify(header)}   `, data));
    expect([...checkpoint.tensors.keys()]).toEqual(['b', 'none', 'a']);
    expect(await checkpoint.read('a')).toEqual(Float32Array.of(1.5));
    expect(await checkpoint.read('b')).toEqual(Float32Array.of(-2));
    expect(await checkpoint.read('none')).toEqual(new Float32Array(0));
    await checkpoint.close();
  });

  const header = { t: tensor([2], [0, 8]) };
  const hostile: [string, Buffer | string][] = [
    ['is empty', ''],
    ['ends inside the header length', Buffer.alloc(7)],
    ['ends inside the header', safetensors(header, eight).subarray(0, 30)],
    ['claims a header beyond the file', Buffer.concat([Buffer.from([200, 0, 0, 0, 0, 0, 0, 0]), eight])],
    ['claims a header of 2^64 - 1 bytes', Buffer.concat([Buffer.alloc(8, 0xff), eight])],
    ['has no JSON in its header', safetensors('{"t":', eight)],
    ['has an array as its header', safetensors('[]', Buffer.alloc(0))],
    ['has null for a tensor', safetensors({ t: null }, eight)],
    ['is nested beyond reason', safetensors('['.repeat(1_000_000), eight)],
    ['has a negative offset', safetensors({ t: tensor([4], [-8, 8]) }, eight)],
    ['has offsets in reverse', safetensors({ t: tensor([2], [8, 0]) }, eight)],
    ['has a fractional offset', safetensors({ t: tensor([2], [0.5, 8.5]) }, eight)],
    ['has one offset', safetensors({ t: tensor([2], [8]) }, eight)],
    ['has a tensor outside the file', safetensors({ t: tensor([4], [0, 16]) }, eight)],
    ['has data that nothing uses', safetensors({ t: tensor([1], [0, 4]) }, eight)],
    ['has a gap', safetensors({ a: tensor([1], [0, 4]), b: tensor([1], [8, 12]) }, Buffer.alloc(12))],
    ['has overlapping tensors', safetensors({ a: tensor([2], [0, 8]), b: tensor([1], [4, 8]) }, eight)],
    ['has two tensors in one place', safetensors({ a: tensor([2], [0, 8]), b: tensor([2], [0, 8]) }, eight)],
    ['has a shape that does not fit the bytes', safetensors({ t: tensor([3], [0, 8]) }, eight)],
    ['has a shape that overflows', safetensors({ t: tensor([2 ** 31, 2 ** 31, 2 ** 31], [0, 8]) }, eight)],
    ['has an infinite shape', safetensors('{"t":{"dtype":"F32","shape":[1e999],"data_offsets":[0,8]}}', eight)],
    ['has a negative size', safetensors({ t: tensor([-2, -1], [0, 8]) }, eight)],
    ['has a string for a shape', safetensors({ t: tensor('2', [0, 8]) }, eight)],
    ['has an unknown dtype', safetensors({ t: tensor([2], [0, 8], 'F31') }, eight)],
    ['has a dtype out of Object.prototype', safetensors({ t: tensor([2], [0, 8], 'constructor') }, eight)],
    ['has no dtype', safetensors({ t: { shape: [2], data_offsets: [0, 8] } }, eight)],
  ];

  it.each(hostile)('that %s is refused', async (_what, file) => {
    await expect(open(file)).rejects.toMatchObject({
      name: 'ModelError',
      message: expect.stringContaining('model.safetensors'),
    });
  });

  it('names the tensor that is wrong', async () => {
    await expect(open(safetensors({ 'a.weight': tensor([3], [0, 8]) }, eight))).rejects.toThrow('a.weight');
  });
});

describe('shards', () => {
  const a = safetensors({ a: tensor([2], [0, 8]) }, eight);
  const b = safetensors({ b: tensor([2], [0, 8]) }, eight);
  const index = (weightMap: unknown) => JSON.stringify({ weight_map: weightMap });

  async function openShards(
    weightMap: unknown,
    files: Record<string, Buffer> = { 'a.safetensors': a, 'b.safetensors': b },
  ) {
    return await openCheckpoint(await modelFolder({ ...files, 'model.safetensors.index.json': index(weightMap) }));
  }

  it('are read as one checkpoint', async () => {
    const checkpoint = await openShards({ a: 'a.safetensors', b: 'b.safetensors' });
    expect([...checkpoint.tensors.keys()]).toEqual(['a', 'b']);
    await checkpoint.close();
  });

  it('may be pickles', async () => {
    const weights = await readFile(fixture('protocol-2.bin'));
    const single = await openCheckpoint(await modelFolder({ 'pytorch_model.bin': weights }));
    const weightMap = Object.fromEntries([...single.tensors.keys()].map((name) => [name, 'pytorch_model-1.bin']));
    await single.close();
    const folder = await modelFolder({
      'pytorch_model-1.bin': weights,
      'pytorch_model.bin.index.json': index(weightMap),
    });
    const checkpoint = await openCheckpoint(folder);
    expect(checkpoint.tensors.size).toBe(15);
    await checkpoint.close();
  });

  it.each([
    ['lie in a parent folder', { a: '../a.safetensors' }],
    ['lie anywhere in the file system', { a: '/etc/passwd' }],
    ['lie in a folder of their own', { a: 'shards/a.safetensors' }],
    ['are the folder itself', { a: '.' }],
    ['have a NUL in their name', { a: 'a.safetensors\0' }],
    ['have no name', { a: 7 }],
    ['are missing', { a: 'c.safetensors' }],
    ['lack a tensor', { a: 'a.safetensors', c: 'a.safetensors' }],
    ['hold a tensor too many', { b: 'b.safetensors', a: 'b.safetensors' }],
    ['are not listed', undefined],
  ])('that %s are refused', async (_what, weightMap) => {
    await expect(openShards(weightMap)).rejects.toMatchObject({ name: 'ModelError' });
  });

  it('that repeat a tensor of another shard are refused', async () => {
    await expect(
      openShards(
        { a: 'a.safetensors', b: 'b.safetensors' },
        { 'a.safetensors': a, 'b.safetensors': safetensors({ b: tensor([1], [0, 4]), a: tensor([1], [4, 8]) }, eight) },
      ),
    ).rejects.toThrow('tensor a as well');
  });
});
