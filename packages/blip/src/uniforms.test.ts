import { describe, expect, test } from 'vitest';
import { philox, uniforms } from './uniforms.js';

describe('Philox 4×32-10', () => {
  // The known answers that come with the authors' Random123 library (kat_vectors).
  test.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ] as const)('gives the known answer to counter %j and key %j', (counter, key, answer) => {
    expect(
      philox(counter, key)
        .map((word) => word.toString(16).padStart(8, '0'))
        .join(' '),
    ).toBe(answer);
  });
});

describe('the uniform numbers of a seed', () => {
  test('are the same however many are asked for', () => {
    const many = uniforms(42, 1, 101);
    for (const count of [1, 2, 3, 4, 5, 100]) expect(uniforms(42, 1, count)).toEqual(many.slice(0, count));
  });

  test('are others for another stream and another seed, in all of its 53 bits', () => {
    const of = (seed: number, stream = 0) => uniforms(seed, stream, 8).join();
    const all = [of(0), of(1), of(2 ** 32), of(2 ** 52), of(Number.MAX_SAFE_INTEGER), of(0, 1), of(0, 7)];
    expect(new Set(all).size).toBe(all.length);
  });

  test('are in [0, 1), and their product with any float32 is below it in float32', () => {
    expect(uniforms(7, 0, 10_000).every((number) => number >= 0 && number < 1)).toBe(true);
    const largest = Math.fround(1 - 2 ** -23);
    for (const sum of [1, 1.5, 1.9999999, 0.3333333, 1.0000001].map(Math.fround)) {
      expect(Math.fround(largest * sum)).toBeLessThan(sum);
    }
  });
});
