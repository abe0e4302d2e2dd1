import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '@blipq/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CaptionModel, type CaptionRow } from './caption-model.js';
import type { Precision } from './model/weight-format.js';
import { prepareModel } from './prepare-model.js';
import { type DemoScene, readDemoScenes } from './testing/read-demo-scenes.js';
import { readPixels } from './testing/read-pixels.js';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const demo = pathOf('models/demo');
const cacheDir = await mkdtemp(join(tmpdir(), 'blipq-int8-'));
afterAll(() => rm(cacheDir, { recursive: true }));

async function load(checkpoint: string, precision: Precision): Promise<CaptionModel> {
  return await CaptionModel.load(await prepareModel({ checkpoint, cacheDir, precision, threads: 2 }), { threads: 2 });
}

describe('the demo model on 300 rendered scenes', () => {
  let scenes: DemoScene[];
  let fp32: string[];

  beforeAll(async () => {
    scenes = await readDemoScenes();
    fp32 = await captionsOf(scenes, 'fp32');
  });

  test('fp32 gives the true caption of at least 95 %', () => {
    const truth = scenes.map(({ caption }) => caption);
    expect(truth).toHaveLength(300);
    expect(agreement(fp32, truth)).toBeGreaterThanOrEqual(0.95);
  });

  test.each(['int8', 'int7'] as const)('%s gives the caption of fp32 for at least 99 in 100', async (precision) => {
    expect(agreement(await captionsOf(scenes, precision), fp32)).toBeGreaterThanOrEqual(0.99);
  });
});

describe.each(['fp32', 'int8'] as const)(
  '%s: a row alone and the same row in any batch are alike, bit for bit',
  (precision) => {
    test('in the demo model', async () => {
      const images = (await readDemoScenes()).slice(0, 24).map(({ pixels }) => pixels);
      await expectIndependentRows(demo, precision, images, ['a picture of', 'an image of', 'there is']);
    });

    test('in a model of random weights', async () => {
      const names = ['astronaut', 'chelsea', 'coffee', 'rocket'];
      const images = await Promise.all(names.map((name) => readPixels(pathOf(`test/reference/pixels/${name}-96.png`))));
      const prompts = ['a picture of', 'unicorn at sunset', "The quick brown fox, isn't it?"];
      await expectIndependentRows(pathOf('test/reference/caption'), precision, images, prompts);
    });
  },
);

/** Captions seeded random batches, in which rows of unlike prompts, lengths, penalties, searches and wishes meet. */
async function expectIndependentRows(
  checkpoint: string,
  precision: Precision,
  images: readonly Uint8Array[],
  prompts: readonly string[],
): Promise<void> {
  const model = await load(checkpoint, precision);
  const random = new Random(11);
  const randomRow = (): CaptionRow => {
    const maxNewTokens = random.whole(1, 20);
    const numBeams = random.pick([1, 1, 1, 3]);
    return {
      pixels: random.pick(images),
      prompt: random.pick([null, ...prompts]),
      params: {
        maxNewTokens,
        minNewTokens: random.whole(0, maxNewTokens),
        numBeams,
        lengthPenalty: random.pick([1, 0.5, 2]),
        earlyStopping: random.pick([false, true, 'never']),
        repetitionPenalty: random.pick([1, 1.5]),
        noRepeatNgramSize: random.pick([0, 2]),
        ...(numBeams === 1 && random.chance(0.5) && { sampling: randomSampling() }),
        numReturnSequences: random.pick([1, 1, 2]),
        badWords: random.pick([undefined, undefined, ['a'], ['picture of', 'the', 'Arafed']]),
        minWords: random.pick([0, 0, 4]),
        maxChars: random.pick([undefined, undefined, 12, 30]),
        suppressPrompt: random.pick([false, true]),
        format: random.pick([undefined, 'alt']),
      },
    };
  };
  const randomSampling = () => ({
    temperature: random.pick([0.5, 1, 3]),
    topK: random.pick([0, 1, 50, 100_000]),
    topP: random.pick([0.3, 0.9, 1]),
    seed: random.whole(0, 2 ** 40),
  });
  for (let round = 0; round < 12; round++) {
    const rows = Array.from({ length: random.whole(2, 9) }, randomRow);
    const together = await model.caption(rows);
    for (const [index, row] of rows.entries()) {
      const alone = await model.caption([row]);
      expect(together.captions[index], `round ${round}, row ${index}`).toStrictEqual(alone.captions[0]);
    }
  }
  await model.release();
}

async function captionsOf(scenes: readonly DemoScene[], precision: Precision): Promise<string[]> {
  const model = await load(demo, precision);
  const texts: string[] = [];
  for (let start = 0; start < scenes.length; start += 8) {
    const rows = scenes
      .slice(start, start + 8)
      .map(({ pixels }) => ({ pixels, prompt: null, params: { maxNewTokens: 20, minNewTokens: 0 } }));
    texts.push(...(await model.caption(rows)).captions.map(({ text }) => text));
  }
  await model.release();
  return texts;
}

/** The share of captions that are the same. */
function agreement(captions: readonly string[], expected: readonly string[]): number {
  return captions.filter((caption, index) => caption === expected[index]).length / expected.length;
}
