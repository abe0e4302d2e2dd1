import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CaptionModel, type CaptionRow } from './caption-model.js';
import { prepareModel } from './prepare-model.js';

interface Golden {
  readonly image: string;
  readonly prompt: string | null;
  readonly params: Record<string, number | boolean>;
  readonly ids: number[];
  readonly text: string;
  readonly token_logprobs?: number[];
  readonly image_embeds?: { shape: number[]; mean: number; std: number; first8: number[]; last8: number[] };
}

const reference = fileURLToPath(new URL('../../../test/reference/', import.meta.url));
const goldens: Record<string, Golden[]> = JSON.parse(readFileSync(join(reference, 'goldens.json'), 'utf8'));
const cacheDir = await mkdtemp(join(tmpdir(), 'blipq-goldens-'));
afterAll(() => rm(cacheDir, { recursive: true }));

const greedyParams = new Set(['max_new_tokens', 'min_new_tokens']);

async function rowOf({ image, prompt, params }: Golden): Promise<CaptionRow> {
  return {
    pixels: await sharp(join(reference, image)).removeAlpha().raw().toBuffer(),
    prompt,
    params: { maxNewTokens: Number(params.max_new_tokens), minNewTokens: Number(params.min_new_tokens ?? 0) },
  };
}

/** Seeded, so that a failing batch can be made again (Mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.each([
  ['caption', 'caption'],
  ['caption-tied-fp16', 'caption-tied-fp16'],
])('the captions of %s are those of transformers in fp32', (folder, suite) => {
  const greedy = goldens[suite]!.filter(({ params }) => Object.keys(params).every((name) => greedyParams.has(name)));
  let model: CaptionModel;

  beforeAll(async () => {
    model = await CaptionModel.load(await prepareModel({ checkpoint: join(reference, folder), cacheDir }), {
      threads: 2,
    });
  });
  afterAll(() => model.release());

  test('there are greedy goldens', () => expect(greedy.length).toBeGreaterThan(5));

  test.each(greedy)('$image, prompt $prompt, $params: alone', async (golden) => {
    const { captions } = await model.caption([await rowOf(golden)]);
    expectGolden(captions[0]!, golden);
  });

  test('in batches of any mix, whatever the batch-mates', async () => {
    const next = random(7);
    for (let round = 0; round < 12; round++) {
      const size = 2 + Math.floor(next() * 7);
      const batch = Array.from({ length: size }, () => greedy[Math.floor(next() * greedy.length)]!);
      const { captions } = await model.caption(await Promise.all(batch.map(rowOf)));
      for (const [index, golden] of batch.entries()) expectGolden(captions[index]!, golden);
    }
  });

  test.each(goldens[suite]!.filter((golden) => golden.image_embeds))('$image: image embeddings', async (golden) => {
    const { data, dims } = await model.encode([(await rowOf(golden)).pixels]);
    const { shape, mean, std, first8, last8 } = golden.image_embeds!;
    expect(dims).toEqual(shape);
    const average = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + (value - average) ** 2, 0) / (data.length - 1);
    expect(average).toBeCloseTo(mean, 3);
    expect(Math.sqrt(variance)).toBeCloseTo(std, 3);
    expectClose([...data.slice(0, 8)], first8);
    expectClose([...data.slice(-8)], last8);
  });
});

function expectGolden(caption: { text: string; tokenIds: number[]; tokenLogprobs: number[] }, golden: Golden): void {
  expect(caption.tokenIds).toEqual(golden.ids);
  expect(caption.text).toBe(golden.text);
  expectClose(caption.tokenLogprobs, golden.token_logprobs!);
}

/** Within 1e-3, the goldens' stated tolerance. */
function expectClose(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(Math.abs(actual[index]! - value)).toBeLessThanOrEqual(1e-3);
}
