import { expect, test } from 'vitest';
import { preferredWaitS } from './preferred-wait.js';

test.each([
  [undefined, undefined],
  ['', undefined],
  ['wait=5', 5],
  ['Wait = 5', 5],
  ['wait="7"', 7],
  ['wait=0', 0],
  ['respond-async, wait=10; foo=bar', 10],
  ['wait=1, wait=9', 1],
  ['wait=61', 60],
  ['wait=99999999999999999999', 60],
  ['wait', 60],
  ['respond-async, wait; foo', 60],
  ['wait=', undefined],
  ['wait=-1', undefined],
  ['wait=1.5', undefined],
  ['wait=soon', undefined],
  ['return=minimal', undefined],
])('Prefer: %s asks for a wait of %s s', (prefer, waitS) => {
  expect(preferredWaitS(prefer)).toBe(waitS);
});
