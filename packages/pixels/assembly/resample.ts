/**
 * The two passes of Pillow's resize (src/libImaging/Resample.c, 8 bits per channel) in AssemblyScript with SIMD.
 *
 * A weight is an integer of 22 fractional bits, as there: w = high · 2¹³ + low with 0 ≤ low < 2¹³, so that both parts
 * fit into 16 bits and a pair of products is one instruction. Sums are modulo 2³², in which the result fits; the
 * results are therefore those of Pillow to the bit.
 *
 * Memory belongs to the caller (`resizer.ts`), which lays out rows, weights and windows. Loads and stores reach up to
 * 16 bytes beyond the last pixel of a row.
 */

/** ½ in 22 fractional bits: Pillow rounds to nearest. */
const half: v128 = i32x4.splat(1 << 21);

/** Of four pixels, the channels of each two of them side by side, as 16-bit numbers. */
const firstTwo: v128 = i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
const secondTwo: v128 = i8x16(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);

/** Windows as `resizer.ts` writes them: where the first source pixel is, how many groups of taps, their weights. */
@unmanaged
class Window {
  /** Bytes from the row's begin to the window's first source pixel. */
  source!: i32;
  /** Bytes from the begin of the output row. */
  target!: i32;
  groups!: i32;
  /** For each group of 4 taps: high of taps 0 and 1, low of 0 and 1, high of 2 and 3, low of 2 and 3; i16 pairs. */
  weights!: usize;
}

// @ts-expect-error: decorator
@inline
function toBytes(high: v128, low: v128): v128 {
  const sum = i32x4.add(i32x4.add(i32x4.shl(high, 13), low), half);
  return i32x4.shr_s(sum, 22);
}

/**
 * One row across: u8 [W, 3] → u8 [count, 3].
 *
 * @param source the row's first byte
 * @param windows `count` windows
 */
export function across(source: usize, target: usize, windows: usize, count: i32): void {
  const zero = i32x4.splat(0);
  for (let i = 0; i < count; i++) {
    const window = changetype<Window>(windows + (<usize>i) * offsetof<Window>());
    let pixels = source + window.source;
    let weights = window.weights;
    let high = zero;
    let low = zero;
    for (let group = window.groups; group > 0; group--) {
      const four = v128.load(pixels);
      const first = i8x16.swizzle(four, firstTwo);
      const second = i8x16.swizzle(four, secondTwo);
      high = i32x4.add(high, i32x4.dot_i16x8_s(first, v128.load32_splat(weights)));
      low = i32x4.add(low, i32x4.dot_i16x8_s(first, v128.load32_splat(weights, 4)));
      high = i32x4.add(high, i32x4.dot_i16x8_s(second, v128.load32_splat(weights, 8)));
      low = i32x4.add(low, i32x4.dot_i16x8_s(second, v128.load32_splat(weights, 12)));
      pixels += 12;
      weights += 16;
    }
    const levels = i16x8.narrow_i32x4_s(toBytes(high, low), zero);
    // The fourth byte belongs to the next pixel, which is written after this one unless windows run backwards.
    const at = target + window.target;
    const bytes = i8x16.narrow_i16x8_u(levels, levels);
    v128.store16_lane(at, bytes, 0);
    v128.store8_lane(at, bytes, 2, 2);
  }
}

/**
 * Two rows across, which share the loads of windows and weights.
 *
 * @param source the first row's first byte; the second row is `stride` bytes on
 * @param target where the first result goes; the second one goes `apart` bytes on
 */
export function acrossTwo(
  source: usize,
  stride: usize,
  target: usize,
  apart: usize,
  windows: usize,
  count: i32,
): void {
  const zero = i32x4.splat(0);
  for (let i = 0; i < count; i++) {
    const window = changetype<Window>(windows + (<usize>i) * offsetof<Window>());
    let pixels = source + window.source;
    let weights = window.weights;
    let high0 = zero;
    let low0 = zero;
    let high1 = zero;
    let low1 = zero;
    for (let group = window.groups; group > 0; group--) {
      const four0 = v128.load(pixels);
      const four1 = v128.load(pixels + stride);
      let two0 = i8x16.swizzle(four0, firstTwo);
      let two1 = i8x16.swizzle(four1, firstTwo);
      let high = v128.load32_splat(weights);
      let low = v128.load32_splat(weights, 4);
      high0 = i32x4.add(high0, i32x4.dot_i16x8_s(two0, high));
      low0 = i32x4.add(low0, i32x4.dot_i16x8_s(two0, low));
      high1 = i32x4.add(high1, i32x4.dot_i16x8_s(two1, high));
      low1 = i32x4.add(low1, i32x4.dot_i16x8_s(two1, low));
      two0 = i8x16.swizzle(four0, secondTwo);
      two1 = i8x16.swizzle(four1, secondTwo);
      high = v128.load32_splat(weights, 8);
      low = v128.load32_splat(weights, 12);
      high0 = i32x4.add(high0, i32x4.dot_i16x8_s(two0, high));
      low0 = i32x4.add(low0, i32x4.dot_i16x8_s(two0, low));
      high1 = i32x4.add(high1, i32x4.dot_i16x8_s(two1, high));
      low1 = i32x4.add(low1, i32x4.dot_i16x8_s(two1, low));
      pixels += 12;
      weights += 16;
    }
    const levels = i16x8.narrow_i32x4_s(toBytes(high0, low0), toBytes(high1, low1));
    const bytes = i8x16.narrow_i16x8_u(levels, levels);
    const at = target + window.target;
    v128.store16_lane(at, bytes, 0);
    v128.store8_lane(at, bytes, 2, 2);
    v128.store16_lane(at + apart, bytes, 2);
    v128.store8_lane(at + apart, bytes, 6, 2);
  }
}

/**
 * One row down: `pairs` pairs of rows u8 [length] → u8 [length], sixteen bytes at a time.
 *
 * @param source the window's first row
 * @param stride bytes from row to row
 * @param weights for each pair of rows its high and its low parts, i16 pairs
 */
export function down(source: usize, stride: usize, target: usize, length: i32, weights: usize, pairs: i32): void {
  for (let x = 0; x < length; x += 16) {
    let row = source + x;
    let weight = weights;
    let high0 = i32x4.splat(0);
    let high1 = i32x4.splat(0);
    let high2 = i32x4.splat(0);
    let high3 = i32x4.splat(0);
    let low0 = i32x4.splat(0);
    let low1 = i32x4.splat(0);
    let low2 = i32x4.splat(0);
    let low3 = i32x4.splat(0);
    for (let pair = pairs; pair > 0; pair--) {
      const upper = v128.load(row);
      const lower = v128.load(row + stride);
      const left = i8x16.shuffle(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const right = i8x16.shuffle(upper, lower, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const a = i16x8.extend_low_i8x16_u(left);
      const b = i16x8.extend_high_i8x16_u(left);
      const c = i16x8.extend_low_i8x16_u(right);
      const d = i16x8.extend_high_i8x16_u(right);
      const high = v128.load32_splat(weight);
      const low = v128.load32_splat(weight, 4);
      high0 = i32x4.add(high0, i32x4.dot_i16x8_s(a, high));
      low0 = i32x4.add(low0, i32x4.dot_i16x8_s(a, low));
      high1 = i32x4.add(high1, i32x4.dot_i16x8_s(b, high));
      low1 = i32x4.add(low1, i32x4.dot_i16x8_s(b, low));
      high2 = i32x4.add(high2, i32x4.dot_i16x8_s(c, high));
      low2 = i32x4.add(low2, i32x4.dot_i16x8_s(c, low));
      high3 = i32x4.add(high3, i32x4.dot_i16x8_s(d, high));
      low3 = i32x4.add(low3, i32x4.dot_i16x8_s(d, low));
      row += 2 * stride;
      weight += 8;
    }
    const left = i16x8.narrow_i32x4_s(toBytes(high0, low0), toBytes(high1, low1));
    const right = i16x8.narrow_i32x4_s(toBytes(high2, low2), toBytes(high3, low3));
    v128.store(target + x, i8x16.narrow_i16x8_u(left, right));
  }
}
