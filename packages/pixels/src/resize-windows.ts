/** The taps of one output pixel along one axis. */
export interface Window {
  /** Index of the output pixel. */
  readonly out: number;
  /** First source pixel, as stored. */
  readonly start: number;
  /** Weights with 22 fractional bits, in the order of the stored source pixels. */
  readonly weights: readonly number[];
}

const fractionalBits = 22;
const support = 2;

/**
 * What each of `size` output pixels takes of `length` source pixels: Pillow's BICUBIC (a = −½) with antialiasing,
 * `precompute_coeffs` and `normalize_coeffs_8bpc` of src/libImaging/Resample.c, operation by operation in doubles.
 *
 * @param flipped the axis is shown the other way round than it is stored
 * @returns ordered by `start`
 */
export function windowsOf(length: number, size: number, flipped: boolean): Window[] {
  const scale = length / size;
  const filterScale = Math.max(scale, 1);
  const reach = support * filterScale;
  const windows = Array.from({ length: size }, (_, out): Window => {
    const center = (out + 0.5) * scale;
    const first = Math.max(Math.trunc(center - reach + 0.5), 0);
    const count = Math.min(Math.trunc(center + reach + 0.5), length) - first;
    const raw = Array.from({ length: count }, (_, tap) => bicubic((tap + first - center + 0.5) / filterScale));
    const weights = fixedPoint(raw);
    return flipped
      ? { out, start: length - first - count, weights: weights.reverse() }
      : { out, start: first, weights };
  });
  return flipped ? windows.reverse() : windows;
}

function fixedPoint(raw: readonly number[]): number[] {
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => {
    const scaled = (weight / sum) * 2 ** fractionalBits;
    return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  });
}

function bicubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}
