import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '@blipq/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CaptionModel, type CaptionOutput, type CaptionRow } from './caption-model.js';
import { prepareModel } from './prepare-model.js';
import { type GoldenParams, generationParams } from './testing/golden-params.js';
import { readPixels } from './testing/read-pixels.js';

interface Golden {
  readonly image: string;
  readonly prompt: string | null;
  readonly params: GoldenParams;
  readonly ids: number[];
  readonly text: string;
  /** Greedy cases have these, beam cases a score. */
  readonly token_logprobs?: number[];
  readonly sequence_score?: number;
  readonly image_embeds?: { shape: number[]; mean: number; std: number; first8: number[]; last8: number[] };
}

const reference = fileURLToPath(new URL('../../../test/reference/', import.meta.url));
const read = (file: string): Record<string, Golden[]> => JSON.parse(readFileSync(join(reference, file), 'utf8'));
const goldens = read('goldens.json');
/** Made by tools/goldens, which says what they are. */
const moreGoldens = read('goldens-generation.json');
const cacheDir = await mkdtemp(join(tmpdir(), 'blipq-goldens-'));
afterAll(() => rm(cacheDir, { recursive: true }));

async function rowOf({ image, prompt, params }: Golden): Promise<CaptionRow> {
  return { pixels: await readPixels(join(reference, image)), prompt, params: generationParams(params) };
}

describe.each([
  ['caption', [...goldens.caption!, ...moreGoldens.caption!]],
  ['caption-sharded', moreGoldens['caption-fp16']!],
  ['caption-pickle', moreGoldens['caption-fp16']!],
  ['caption-tied-fp16', goldens['caption-tied-fp16']!],
])('the captions of %s are those of transformers in fp32', (folder, cases) => {
  let model: CaptionModel;

  beforeAll(async () => {
    model = await CaptionModel.load(await prepareModel({ checkpoint: join(reference, folder), cacheDir }), {
      threads: 2,
    });
  });
  afterAll(() => model.release());

  test.each(cases)('$image, prompt $prompt, $params: alone', async (golden) => {
    const { captions } = await model.caption([await rowOf(golden)]);
    expectGolden(captions[0]!, golden);
  });

  test('in batches of any mix, whatever the batch-mates', async () => {
    const random = new Random(7);
    for (let round = 0; round < 12; round++) {
      const batch = Array.from({ length: random.whole(2, 8) }, () => random.pick(cases));
      const { captions } = await model.caption(await Promise.all(batch.map(rowOf)));
      for (const [index, golden] of batch.entries()) expectGolden(captions[index]!, golden);
    }
  });

  test.each(cases.filter((golden) => golden.image_embeds))('$image: image embeddings', async (golden) => {
    const { data, dims } = (await model.encoder.encode((await rowOf(golden)).pixels)).embeds;
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

function expectGolden(caption: CaptionOutput, golden: Golden): void {
  expect(caption.tokenIds).toEqual(golden.ids);
  expect(caption.text).toBe(golden.text);
  if (golden.token_logprobs) expectClose(caption.tokenLogprobs, golden.token_logprobs);
  if (golden.sequence_score !== undefined) expectClose([caption.score], [golden.sequence_score]);
}

/** Within 1e-3, the goldens' stated tolerance; scores beyond 100 (negative length penalties) to as many digits. */
function expectClose(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) {
    const tolerance = Math.max(1e-3, 1e-5 * Math.abs(value));
    expect(Math.abs(actual[index]! - value)).toBeLessThanOrEqual(tolerance);
  }
}
