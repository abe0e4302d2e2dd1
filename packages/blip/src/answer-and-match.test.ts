import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '@blipq/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AnswerModel } from './answer-model.js';
import { loadModel } from './load-model.js';
import { MatchModel } from './match-model.js';
import { prepareModel } from './prepare-model.js';
import { type GoldenParams, generationParams } from './testing/golden-params.js';
import { readPixels } from './testing/read-pixels.js';

const reference = fileURLToPath(new URL('../../../test/reference/', import.meta.url));
const goldens = JSON.parse(readFileSync(join(reference, 'goldens.json'), 'utf8'));
const cacheDir = await mkdtemp(join(tmpdir(), 'blipq-answers-'));
afterAll(() => rm(cacheDir, { recursive: true }));

const pixelsOf = (image: string) => readPixels(join(reference, image));

interface AnswerGolden {
  readonly image: string;
  readonly question: string;
  readonly params: GoldenParams;
  readonly ids: number[];
  readonly text: string;
}

describe('the answers of vqa are those of transformers', () => {
  const cases: AnswerGolden[] = goldens.vqa;
  let model: AnswerModel;
  beforeAll(async () => {
    const folder = await prepareModel({ checkpoint: join(reference, 'vqa'), cacheDir });
    model = await AnswerModel.load(folder, { threads: 2 });
  });
  afterAll(() => model.release());

  test.each(cases)('$image: $question', async (golden) => {
    const { image, question, params } = golden;
    const row = { pixels: await pixelsOf(image), questions: [question], params: generationParams(params) };
    const { answers } = await model.answer([row]);
    expect(answers[0]![0]).toMatchObject({ tokenIds: golden.ids, text: golden.text });
  });

  test('in batches of any mix of images and numbers of questions', async () => {
    const random = new Random(11);
    const images = [...new Set(cases.map(({ image }) => image))];
    for (let round = 0; round < 8; round++) {
      const batch = Array.from({ length: random.whole(1, 4) }, () => {
        const image = random.pick(images);
        const own = cases.filter((golden) => golden.image === image);
        return Array.from({ length: random.whole(1, 3) }, () => random.pick(own));
      });
      const rows = await Promise.all(
        batch.map(async (asked) => ({
          pixels: await pixelsOf(asked[0]!.image),
          questions: asked.map(({ question }) => question),
          params: generationParams(asked[0]!.params),
        })),
      );
      const { answers } = await model.answer(rows);
      expect(answers.map((row) => row.map(({ tokenIds }) => tokenIds))).toEqual(
        batch.map((asked) => asked.map(({ ids }) => ids)),
      );
    }
  });
});

interface MatchGolden {
  readonly image: string;
  readonly text: string;
  readonly itm_logits: [number, number];
  readonly match_probability: number;
  readonly itc_cosine: number;
}

describe('the matches of itm are those of transformers', () => {
  const cases: MatchGolden[] = goldens.itm;
  let model: MatchModel;
  beforeAll(async () => {
    const folder = await prepareModel({ checkpoint: join(reference, 'itm'), cacheDir });
    model = await MatchModel.load(folder, { threads: 2 });
  });
  afterAll(() => model.release());

  function expectGolden(
    match: { logits: readonly number[]; probability: number; similarity: number },
    golden: MatchGolden,
  ) {
    const actual = [...match.logits, match.probability, match.similarity];
    const expected = [...golden.itm_logits, golden.match_probability, golden.itc_cosine];
    for (const [index, value] of expected.entries()) expect(Math.abs(actual[index]! - value)).toBeLessThanOrEqual(1e-3);
  }

  test.each(cases)('$image: $text', async (golden) => {
    const { matches } = await model.match([{ pixels: await pixelsOf(golden.image), texts: [golden.text] }]);
    expectGolden(matches[0]![0]!, golden);
  });

  test('all texts of an image in one call, and all images in one batch', async () => {
    const images = [...new Set(cases.map(({ image }) => image))];
    const groups = images.map((image) => cases.filter((golden) => golden.image === image));
    const rows = await Promise.all(
      groups.map(async (group) => ({ pixels: await pixelsOf(group[0]!.image), texts: group.map(({ text }) => text) })),
    );
    const { matches } = await model.match(rows);
    for (const [index, group] of groups.entries()) {
      for (const [at, golden] of group.entries()) expectGolden(matches[index]![at]!, golden);
    }
  });
});

test.each(['vqa', 'itm'])('%s can be built in int8 and fp16, with a check against fp32', async (name) => {
  for (const precision of ['int8', 'fp16'] as const) {
    const folder = await prepareModel({ checkpoint: join(reference, name), cacheDir, precision });
    const { check } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
    expect(check.images).toBe(24);
    expect(check.embeddingCosine.mean).toBeGreaterThan(0.98);
  }
});

describe.each(['fp32', 'int8'] as const)('in %s, whatever the texts and rows beside it, bit for bit', (precision) => {
  const images = [...new Set<string>(goldens.vqa.map(({ image }: AnswerGolden) => image))];
  const texts = [...goldens.vqa, ...goldens.itm].map((golden: { question?: string; text: string }) => {
    return golden.question ?? golden.text;
  });
  const random = new Random(17);
  const some = <T>(max: number, make: () => T) => Array.from({ length: random.whole(1, max) }, make);
  /** Few images, so that rows share them, and so many texts that their lengths differ. */
  const batchOf = async () => await Promise.all(some(5, async () => ({ pixels: await pixelsOf(random.pick(images)) })));
  const load = async (name: string) =>
    await loadModel(await prepareModel({ checkpoint: join(reference, name), cacheDir, precision }), { threads: 2 });

  test('an answer', async () => {
    const model = (await load('vqa')) as AnswerModel;
    for (let round = 0; round < 8; round++) {
      const params = { maxNewTokens: 6, minNewTokens: 0, numBeams: random.pick([1, 1, 3]) };
      const rows = (await batchOf()).map((row) => ({ ...row, params, questions: some(3, () => random.pick(texts)) }));
      const { answers } = await model.answer(rows);
      for (const [index, { questions, ...row }] of rows.entries()) {
        for (const [at, question] of questions.entries()) {
          const alone = await model.answer([{ ...row, questions: [question] }]);
          expect(answers[index]![at], `round ${round}, row ${index}, ${question}`).toStrictEqual(alone.answers[0]![0]);
        }
      }
    }
    await model.release();
  });

  test('a match', async () => {
    const model = (await load('itm')) as MatchModel;
    for (let round = 0; round < 8; round++) {
      const rows = (await batchOf()).map((row) => ({ ...row, texts: some(6, () => random.pick(texts)) }));
      const { matches } = await model.match(rows);
      for (const [index, { pixels, texts }] of rows.entries()) {
        for (const [at, text] of texts.entries()) {
          const alone = await model.match([{ pixels, texts: [text] }]);
          expect(matches[index]![at], `round ${round}, row ${index}, ${text}`).toStrictEqual(alone.matches[0]![0]);
        }
      }
    }
    await model.release();
  });
});
