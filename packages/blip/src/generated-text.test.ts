import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { badWordSequences } from './bad-words.js';
import { CaptionModel, type CaptionOutput } from './caption-model.js';
import type { GenerationParams } from './generation.js';
import { prepareModel } from './prepare-model.js';
import { readPixels } from './testing/read-pixels.js';
import { wordsOf } from './token-table.js';
import { BlipTokenizer } from './tokenizer.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const cacheDir = await mkdtemp(join(tmpdir(), 'blipq-texts-'));
const images = await Promise.all(
  [0, 63, 123, 202].map((scene) => readPixels(join(root, `test/reference/pixels/scene-${scene}-128.png`))),
);
let model: CaptionModel;

beforeAll(async () => {
  const checkpoint = join(root, 'models/demo');
  model = await CaptionModel.load(await prepareModel({ checkpoint, cacheDir }), { threads: 2 });
});
afterAll(async () => {
  await model.release();
  await rm(cacheDir, { recursive: true });
});

type Wishes = Partial<GenerationParams>;
const searches: [string, Wishes][] = [
  ['greedy search', {}],
  ['beams', { numBeams: 4, numReturnSequences: 4 }],
  ['samples', { sampling: { temperature: 2, topK: 0, topP: 1, seed: 5 }, numReturnSequences: 4 }],
];

async function captionsOf(wishes: Wishes, prompt: string | null = null): Promise<CaptionOutput[]> {
  const params = { maxNewTokens: 20, minNewTokens: 0, ...wishes };
  const { captions } = await model.caption(images.map((pixels) => ({ pixels, prompt, params })));
  return captions.flatMap(({ others = [], ...best }) => [best, ...others]);
}
const textsOf = async (wishes: Wishes, prompt: string | null = null) =>
  (await captionsOf(wishes, prompt)).map(({ text }) => text);

describe.each(searches)('with %s', (name, search) => {
  test.each([null, 'a picture of'])(
    'bad words occur in no text, whatever their case and blanks (prompt %s)',
    async (prompt) => {
      const usual = await textsOf(search, prompt);
      const words = [...new Set(usual.flatMap((text) => text.slice(prompt?.length ?? 0).split(' ')))].filter(
        (word) => word.length > 1,
      );
      const texts = await textsOf({ ...search, badWords: words.map((word) => ` ${word.toUpperCase()} `) }, prompt);
      const said = texts.flatMap((text) => text.slice(prompt?.length ?? 0).split(' '));
      expect(said.filter((word) => words.includes(word))).toEqual([]);
      expect(await textsOf({ ...search, badWords: words }, prompt)).toEqual(texts);
    },
  );

  test('a bad phrase of several words is avoided as a whole: its words may occur apart', async () => {
    const [usual] = await textsOf(search);
    const phrase = usual!.split(' ').slice(0, 3).join(' ');
    const texts = await textsOf({ ...search, badWords: [phrase] });
    expect(texts.filter((text) => ` ${text} `.includes(` ${phrase} `))).toEqual([]);
    expect(texts.join(' ').split(' ')).toContain(usual!.split(' ')[0]);
  });

  test('no text ends before it has min_words words', async () => {
    const counts = (await textsOf({ ...search, minWords: 9 })).map(wordsOf);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(9);
  });

  test.each([null, 'a picture of'])('texts end within max_chars, at a whole word (prompt %s)', async (prompt) => {
    const usual = await captionsOf(search, prompt);
    for (const maxChars of [14, 18, 23, 30, 200]) {
      const cut = await captionsOf({ ...search, maxChars }, prompt);
      expect(Math.max(...cut.map(({ text }) => text.length))).toBeLessThanOrEqual(maxChars);
      for (const { text, tokenIds } of cut) expect(model.generator.tokenizer.decode(tokenIds)).toBe(text);
      if (name === 'beams') continue;
      for (const [index, { text }] of cut.entries()) {
        const whole = usual[index]!.text;
        expect(`${whole} `.startsWith(`${text} `)).toBe(true);
        const [next] = whole.slice(text.length).trim().split(' ');
        if (next !== '') expect(`${text} ${next}`.length).toBeGreaterThan(maxChars);
      }
    }
  });

  test('alternative text ends within max_chars, its full stop included', async () => {
    for (const maxChars of [10, 17, 25]) {
      const captions = await captionsOf({ ...search, maxChars, format: 'alt' });
      expect(Math.max(...captions.map(({ alt }) => alt!.length))).toBeLessThanOrEqual(maxChars);
      for (const { alt } of captions) expect(alt).toMatch(/^[A-Z].*[.?!]$/);
    }
  });

  test('the confidence is the geometric mean of the probabilities of the tokens', async () => {
    for (const { confidence, tokenLogprobs } of await captionsOf(search)) {
      const product = tokenLogprobs.reduce((sum, logprob) => sum * Math.exp(logprob), 1);
      expect(confidence).toBeCloseTo(product ** (1 / tokenLogprobs.length), 6);
    }
  });

  test('the prompt is left out of the text where it is suppressed, and changes no token', async () => {
    const usual = await captionsOf(search, 'a picture of');
    const bare = await captionsOf({ ...search, suppressPrompt: true }, 'a picture of');
    expect(bare.map(({ text }) => `a picture of ${text}`)).toEqual(usual.map(({ text }) => text));
    expect(bare.map(({ tokenIds }) => tokenIds)).toEqual(usual.map(({ tokenIds }) => tokenIds));
  });
});

test('a beam that ends within max_chars is chosen where the best one does not', async () => {
  const usual = await captionsOf({ numBeams: 4 });
  const maxChars = Math.max(...usual.map(({ text }) => text.length)) - 1;
  const longest = usual.findIndex(({ text }) => text.length > maxChars);
  const fitting = (await captionsOf({ numBeams: 4, maxChars }))[longest]!;
  expect(fitting.tokenIds.at(-1)).toBe(model.facts.sepTokenId);
  expect(fitting.text.length).toBeLessThanOrEqual(maxChars);
});

test('where not a word fits, there is no text, and no confidence', async () => {
  for (const search of [{}, { numBeams: 3 }]) {
    for (const { text, confidence } of await captionsOf({ ...search, maxChars: 1, badWords: ['a'] })) {
      expect(text).toBe('');
      expect(confidence).toBeLessThanOrEqual(1);
    }
  }
});

test('samples are those of their seed: the same again, others for another seed', async () => {
  const sampled = (seed: number) =>
    textsOf({ sampling: { temperature: 5, topK: 0, topP: 1, seed }, numReturnSequences: 3 });
  expect(await sampled(9)).toEqual(await sampled(9));
  expect(await sampled(9)).not.toEqual(await sampled(10));
});

test('a bad word is banned in every spelling of few pieces, and texts outside the vocabulary have none', () => {
  const { tokenizer } = model.generator;
  const texts = (sequences: number[][]) => sequences.map((ids) => tokenizer.decode(ids));
  expect(new Set(texts(badWordSequences(tokenizer, ['Dog', ' dog'])))).toEqual(new Set(['dog']));
  expect(badWordSequences(tokenizer, ['', ' ', '犬'])).toEqual([]);
});

test('a vocabulary of which every word is banned leaves none', () => {
  const content = (pieces: string[]) => ({ vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])) });
  const { model: wordPiece, ...rest } = JSON.parse(model.facts.tokenizerJson);
  const pieces = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '.', '##s', 'dog', 'cat'];
  const special = pieces.slice(0, 4).map((piece, id) => ({ id, content: piece, special: true }));
  const small = { ...rest, added_tokens: special, model: { ...wordPiece, ...content(pieces) } };
  const tokenizer = BlipTokenizer.fromJson(JSON.stringify(small));
  expect(tokenizer.leavesWords(['dog'])).toBe(true);
  expect(tokenizer.leavesWords(['Dog', ' cat'])).toBe(false);
  expect(model.generator.tokenizer.leavesWords(['dog', 'cat'])).toBe(true);
});
