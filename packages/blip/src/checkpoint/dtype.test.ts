import { describe, expect, it } from 'vitest';
import { type Dtype, dtypeBytes, toFloat32 } from './dtype.js';

function convert(dtype: Dtype, bytes: Uint8Array<ArrayBuffer>): number[] {
  const target = new Float32Array(bytes.byteLength / dtypeBytes[dtype]);
  toFloat32(dtype, bytes, target);
  return [...target];
}

function halves(...bits: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint16Array.from(bits).buffer);
}

describe('conversion to float32', () => {
  it('is exact for half precision: normal, subnormal, zeros, infinities and NaN', () => {
    const bits = halves(0x3c00, 0xc100, 0x7bff, 0x0001, 0x83ff, 0x0400, 0x0000, 0x8000, 0x7c00, 0xfc00, 0x7e00);
    const expected = [1, -2.5, 65_504, 2 ** -24, -1023 * 2 ** -24, 2 ** -14, 0, -0, Infinity, -Infinity, NaN];
    expect(convert('F16', bits)).toEqual(expected);
  });

  it('is exact for bfloat16', () => {
    expect(convert('BF16', halves(0x3f80, 0xc049, 0x0001, 0x8000, 0x7f80, 0x7fc0))).toEqual([
      1,
      -3.140625,
      Math.fround(2 ** -133),
      -0,
      Infinity,
      NaN,
    ]);
  });

  it('rounds float64 and int64 to nearest', () => {
    expect(convert('F64', new Uint8Array(Float64Array.of(0.1, -1e300).buffer))).toEqual([Math.fround(0.1), -Infinity]);
    expect(convert('I64', new Uint8Array(BigInt64Array.of(-3n, 2n ** 53n + 1n).buffer))).toEqual([-3, 2 ** 53]);
  });
});
