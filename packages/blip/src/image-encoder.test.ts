import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { ImageEncoder } from './image-encoder.js';
import { readModelFacts } from './model-facts.js';
import { prepareModel } from './prepare-model.js';

const checkpoint = fileURLToPath(new URL('../../../test/reference/vqa', import.meta.url));
const cacheDir = await mkdtemp(join(tmpdir(), 'blipq-encoder-'));
afterAll(() => rm(cacheDir, { recursive: true }));

test('as many images are remembered as there is room for, and the one used least recently is forgotten', async () => {
  const folder = await prepareModel({ checkpoint, cacheDir });
  const facts = await readModelFacts(folder);
  const image = (value: number) => new Uint8Array(facts.imageSize ** 2 * 3).fill(value);
  const forgetful = await ImageEncoder.open(folder, facts, { threads: 1 });
  const encoded = await forgetful.encode(image(1));
  expect(await forgetful.encode(image(1))).not.toBe(encoded);
  await forgetful.release();

  const bytes = [encoded.embeds, ...Object.values(encoded.view)].reduce((sum, { data }) => sum + data.byteLength, 0);
  const encoder = await ImageEncoder.open(folder, facts, { threads: 1 }, 2.5 * bytes);
  const [first, second] = [await encoder.encode(image(1)), await encoder.encode(image(2))];
  expect(await encoder.encode(image(1))).toBe(first);
  await encoder.encode(image(3));
  expect(await encoder.encode(image(1))).toBe(first);
  const again = await encoder.encode(image(2));
  expect(again).not.toBe(second);
  expect(again).toStrictEqual(second);
  await encoder.release();
});
