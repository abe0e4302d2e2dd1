import { expect, test } from 'vitest';
import { greedy } from '../testing/fixtures.js';
import { workCost } from './work-cost.js';

const caption = (params = {}) => workCost({ prompt: null, params: { ...greedy, ...params } });
const answers = (count: number) =>
  workCost({ questions: Array.from({ length: count }, () => 'what is it?'), params: greedy });

test('a greedy caption of 20 tokens costs 1, and every row and every token more', () => {
  expect(caption()).toBe(1);
  expect(caption({ num_beams: 8 })).toBe(3.8);
  expect(caption({ do_sample: true, num_return_sequences: 8 })).toBe(3.8);
  expect(caption({ num_beams: 8, num_return_sequences: 8 })).toBe(3.8);
  expect(caption({ max_new_tokens: 120 })).toBe(3);
  expect(answers(8)).toBe(3.8);
  expect(workCost({ texts: Array.from({ length: 70 }, () => 'a dog') })).toBe(2);
});
