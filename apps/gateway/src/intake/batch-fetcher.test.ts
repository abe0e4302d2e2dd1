import { BlipqError, type ProblemCode } from '@blipq/contracts';
import { expect, test } from 'vitest';
import { verdictOf } from './batch-fetcher.js';

test.each<[ProblemCode, string]>([
  ['queue_unavailable', 'Redis could not take the pixels'],
  ['queue_full', 'there is no memory for them'],
  ['shutting_down', 'the gateway stops'],
])('%s is no fault of an image: where %s, the item is put back untried', (code) => {
  expect(verdictOf(new BlipqError(code, 'no'))).toEqual({ outcome: 'back' });
});
