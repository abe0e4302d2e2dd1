import { describe, expect, test } from 'vitest';
import { bytesOf, type DType, elementBytes, encodeElements, float16Bits } from './dtype.js';

/** The number that binary16 bits stand for, by the definition in IEEE 754. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const finite = Array.from({ length: 0x7c00 }, (_, bits) => bits);

describe('float16Bits', () => {
  test.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [1 / 3, 0x3555],
    [65504, 0x7bff],
    [65519.996, 0x7bff],
    [65520, 0x7c00],
    [-1e10, 0xfc00],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [Number.NEGATIVE_INFINITY, 0xfc00],
    [Number.NaN, 0x7e00],
    [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -24, 0x03ff],
    [2 ** -14 - 2 ** -25, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.001, 0x0001],
    [-(2 ** -25), 0x8000],
    [3 * 2 ** -25, 0x0002],
    [1e-40, 0x0000],
  ])('of %d are %i', (value, bits) => expect(float16Bits(value)).toBe(bits));

  test('every half-precision number keeps its bits, negative ones too', () => {
    const wrong = finite.filter(
      (bits) => float16Bits(fromFloat16(bits)) !== bits || float16Bits(-fromFloat16(bits)) !== (bits | 0x8000),
    );
    expect(wrong).toEqual([]);
  });

  test('between two neighbours the nearer one is taken, and the even one half-way', () => {
    const wrong = finite.slice(0, -1).filter((bits) => {
      const [low, high] = [fromFloat16(bits), fromFloat16(bits + 1)];
      // All three are exact in float32, which has 13 bits more.
      const half = (low + high) / 2;
      const quarter = (high - low) / 4;
      return (
        float16Bits(half) !== (bits & 1 ? bits + 1 : bits) ||
        float16Bits(half - quarter) !== bits ||
        float16Bits(half + quarter) !== bits + 1
      );
    });
    expect(wrong).toEqual([]);
  });
});

describe('encodeElements', () => {
  test.each<[DType, number[], number[]]>([
    ['float32', [1, -0], [0, 0, 0x80, 0x3f, 0, 0, 0, 0x80]],
    ['float16', [1, -2], [0, 0x3c, 0, 0xc0]],
    ['uint8', [0, 255], [0, 255]],
    ['int8', [127, -128], [127, 128]],
    ['int32', [1, -2], [1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff]],
    ['int64', [-2], [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['int64', [2 ** 40], [0, 0, 0, 0, 0, 1, 0, 0]],
    ['bool', [1, 0], [1, 0]],
  ])('%s %j', (dtype, values, bytes) => {
    expect([...encodeElements(dtype, values)]).toEqual(bytes);
    expect(bytes).toHaveLength(values.length * elementBytes(dtype));
  });
});

test('bytesOf sees just the bytes of a view, without a copy', () => {
  const array = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
  const bytes = bytesOf(array);
  expect(bytes).toHaveLength(8);
  bytes.fill(0);
  expect([...array]).toEqual([0, 0]);
});
