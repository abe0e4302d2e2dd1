import { expect, test } from 'vitest';
import { BatchDeadline } from './batch-deadline.js';
import type { EngineRow } from './engine-row.js';

const pixels = new Uint8Array(0);
const caption = (params: { maxNewTokens: number; numBeams?: number; numReturnSequences?: number }): EngineRow => ({
  ...{ task: 'captioning', pixels, prompt: null },
  params: { minNewTokens: 0, ...params },
});
/** Output of captions of so many tokens. */
const took = (encodeMs: number, decodeMs: number, tokens: number) => ({
  ...{ encodeMs, decodeMs },
  outputs: [{ text: '', score: 0, confidence: 1, tokenIds: Array<number>(tokens).fill(1), tokenLogprobs: [] }],
});
const ordinary = caption({ maxNewTokens: 20 });
const heavy = caption({ maxNewTokens: 500, numBeams: 8 });

test('an ordinary batch has the least time, before and after batches were measured', () => {
  const deadline = new BatchDeadline(120_000, 8);
  expect(deadline.of(Array(8).fill(ordinary))).toBe(120_000);
  deadline.learn([ordinary], took(300, 400, 10));
  expect(deadline.of(Array(8).fill(ordinary))).toBe(120_000);
});

test('a batch that was never measured has time in proportion to what its rows ask for', () => {
  const deadline = new BatchDeadline(1000, 8);
  expect(deadline.of(Array(8).fill(heavy))).toBe(1000 * ((8 * 8 * 500) / 800));
  const samples = caption({ maxNewTokens: 100, numReturnSequences: 8 });
  expect(deadline.of(Array(8).fill(samples))).toBe(8000);
});

test('a measured machine gives ten times what the batch should take: images, and each token of each sequence', () => {
  const deadline = new BatchDeadline(1000, 8);
  // 100 ms for an image, 5 ms for each of 20 tokens, although 100 might have come.
  deadline.learn([caption({ maxNewTokens: 100 })], took(100, 100, 20));
  expect(deadline.of([heavy, ordinary])).toBe(10 * (2 * 100 + 9 * 500 * 5));
});

test('a slower batch counts at once, a faster one little by little', () => {
  const deadline = new BatchDeadline(1, 8);
  const one = () => deadline.of([caption({ maxNewTokens: 10 })]);
  deadline.learn([ordinary], took(0, 100, 10));
  expect(one()).toBe(1000);
  deadline.learn([ordinary], took(0, 1000, 10));
  expect(one()).toBe(10_000);
  deadline.learn([ordinary], took(0, 0, 10));
  expect(one()).toBe(9000);
});

test('questions and texts count, each for itself', () => {
  const deadline = new BatchDeadline(1, 1);
  deadline.learn([ordinary], took(0, 100, 10));
  const params = { maxNewTokens: 10, minNewTokens: 0, numBeams: 2 };
  expect(deadline.of([{ task: 'question_answering', pixels, questions: ['a', 'b', 'c'], params }])).toBe(
    10 * 6 * 10 * 10,
  );
  expect(deadline.of([{ task: 'image_text_retrieval', pixels, texts: ['a', 'b'] }])).toBe(10 * 2 * 10);
});
