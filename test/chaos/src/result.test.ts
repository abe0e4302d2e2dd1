import { expect, test } from 'vitest';
import { resultOf, sameResult, type WorkView } from './result.js';

const view = (changes: Partial<WorkView>): WorkView => ({
  ...{ id: 'cap_1', state: 'succeeded', version: 3, attempt: 1, error: null },
  ...changes,
});
const caption = { text: 'a dog', score: -0.25 };

test('each kind of result has its texts and numbers, and what has not ended has none', () => {
  const match = { probability: 0.9, similarity: 0.4 };
  expect(resultOf(view({ caption, match: null }))).toEqual({ texts: ['a dog'], numbers: [-0.25] });
  expect(resultOf(view({ caption, match }))).toEqual({ texts: ['a dog'], numbers: [-0.25, 0.9, 0.4] });
  const answers = [{ question: 'is it raining?', text: 'no', score: -0.5 }];
  expect(resultOf(view({ answers }))).toEqual({ texts: ['is it raining? no'], numbers: [-0.5] });
  expect(resultOf(view({ matches: [{ text: 'a cat', ...match }] }))).toEqual({ texts: ['a cat'], numbers: [0.9, 0.4] });
  expect(resultOf(view({ caption: null, match: null }))).toBeNull();
});

test('two results are the same but for rounding: texts, numbers, and how many there are', () => {
  const one = { texts: ['a', 'b'], numbers: [1, 2] };
  expect(sameResult(one, { texts: ['a', 'b'], numbers: [1.0005, 2] })).toBe(true);
  expect(sameResult(one, { texts: ['a', 'b'], numbers: [1.002, 2] })).toBe(false);
  expect(sameResult(one, { texts: ['b', 'a'], numbers: [1, 2] })).toBe(false);
  expect(sameResult(one, { texts: ['a'], numbers: [1, 2] })).toBe(false);
  // A caption without the match that was asked for.
  expect(sameResult(one, { texts: ['a', 'b'], numbers: [1] })).toBe(false);
  expect(sameResult(one, null)).toBe(false);
});
