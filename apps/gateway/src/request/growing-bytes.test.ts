import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { GrowingBytes } from './growing-bytes.js';

test.each([0, 1, 16_384, 16_385, 300_000, 1_000_000])(
  '%i bytes come out as they went in, whatever the pieces',
  (length) => {
    const sent = randomBytes(length);
    for (const step of [1, 1000, 65_536, length + 1]) {
      if (length / step > 20_000) continue;
      const bytes = new GrowingBytes(length);
      for (let at = 0; at < length; at += step) bytes.push(sent.subarray(at, at + step));
      expect(bytes.take().equals(sent)).toBe(true);
    }
  },
);

test('bytes beyond the bound are counted and not kept', () => {
  const bytes = new GrowingBytes(10);
  for (const piece of [new Uint8Array(8), new Uint8Array(8), new Uint8Array(8)]) bytes.push(piece);
  expect([bytes.tooLong, bytes.length, bytes.take().length]).toEqual([true, 24, 0]);
});
