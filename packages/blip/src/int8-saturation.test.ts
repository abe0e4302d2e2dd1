import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serializeModel } from '@blipq/onnx-graph';
import { afterAll, describe, expect, test } from 'vitest';
import { int8Saturates, largestBytes, largestProduct, largestSum } from './int8-saturation.js';
import { type CpuKind, optimizedFolder } from './optimized-graphs.js';
import { Session } from './session.js';

const folder = await mkdtemp(join(tmpdir(), 'blipq-saturation-'));
const plain = join(folder, 'plain.onnx');
await writeFile(plain, await serializeModel(largestProduct()));
afterAll(() => rm(folder, { recursive: true }));

/** The elements of the largest product that a session gives; one where all of them are equal. */
async function productsOf(session: Session): Promise<number[]> {
  const { product } = await session.run({ bytes: largestBytes });
  await session.release();
  return [...new Set([...product!.data].map(Number))];
}

/** Stores the product as onnxruntime optimises it; returns the path. */
async function store(exactInt8: boolean): Promise<string> {
  const target = join(folder, `${exactInt8 ? 'exact' : 'fast'}.onnx`);
  await (await Session.optimize(plain, { threads: 1, exactInt8, target })).release();
  return target;
}

describe('a product of the largest bytes is exact on every CPU', () => {
  test('in a session that makes signed weights unsigned', async () => {
    const session = await Session.open(plain, { threads: 1, exactInt8: true });
    expect(await productsOf(session)).toEqual([largestSum]);
  });

  test('in a graph that was stored with unsigned weights and is loaded as it is', async () => {
    const session = await Session.open(await store(true), { threads: 1 }, true);
    expect(await productsOf(session)).toEqual([largestSum]);
  });

  test('with weights of seven bits, in any session', async () => {
    for (const exactInt8 of [false, true]) {
      const session = await Session.open(await serializeModel(largestProduct(63)), { threads: 1, exactInt8 });
      expect(await productsOf(session)).toEqual([(largestSum / 127) * 63]);
    }
  });

  test('in the way that is chosen for this CPU', async () => {
    const session = await Session.open(plain, { threads: 1, exactInt8: await int8Saturates() });
    expect(await productsOf(session)).toEqual([largestSum]);
  });
});

// onnxruntime keeps weights signed on other architectures, whose products do not saturate.
test.runIf(process.arch === 'x64').each([
  [true, 255],
  [false, 127],
])('a graph stored with exactInt8 %s keeps its weights of 127 as bytes of %d', async (exactInt8, byte) => {
  const weights = await readFile(`${await store(exactInt8)}.data`);
  for (const value of [127, 255]) expect(weights.includes(Buffer.alloc(1024, value))).toBe(value === byte);
});

test('graphs optimised for CPUs of unlike kinds are kept apart', () => {
  const cpu: CpuKind = { model: 'A CPU', features: 'flags : avx2', int8Saturates: true };
  const kinds: CpuKind[] = [
    cpu,
    { ...cpu, int8Saturates: false },
    { ...cpu, features: 'flags : avx2 avx512_vnni' },
    { ...cpu, model: 'Another CPU' },
  ];
  expect(new Set(kinds.map((kind) => optimizedFolder('/models/m', kind))).size).toBe(kinds.length);
  expect(optimizedFolder('/models/m', { ...cpu })).toBe(optimizedFolder('/models/m', cpu));
});
