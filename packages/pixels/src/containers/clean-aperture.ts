import { ContainerError, type Rectangle, viewOf } from './picture.js';

/**
 * What a `clap` box leaves of a picture (ISO/IEC 14496-12 §12.1.4): width, height and the offsets of its centre from
 * the picture's, each a fraction of two 32-bit numbers.
 *
 * @param at where the box's content begins
 */
export function cleanAperture(bytes: Uint8Array, at: number, picture: { width: number; height: number }): Rectangle {
  const view = viewOf(bytes);
  const fraction = (index: number) => view.getInt32(at + 8 * index) / view.getUint32(at + 8 * index + 4);
  const [width, height] = [Math.round(fraction(0)), Math.round(fraction(1))];
  const start = (offset: number, length: number, all: number) => Math.round(offset + (all - length) / 2);
  const [x, y] = [start(fraction(2), width, picture.width), start(fraction(3), height, picture.height)];
  const [left, top] = [Math.max(x, 0), Math.max(y, 0)];
  const [right, bottom] = [Math.min(x + width, picture.width), Math.min(y + height, picture.height)];
  // Not a number where a denominator is 0.
  if (!(left < right && top < bottom)) throw new ContainerError('is cropped to nothing');
  return { left, top, width: right - left, height: bottom - top };
}

/** A copy in which the `clap` boxes with their contents at these places leave the whole picture. */
export function withoutApertures(
  bytes: Uint8Array,
  places: readonly number[],
  { width, height }: { width: number; height: number },
): Uint8Array {
  const copy = new Uint8Array(bytes);
  const view = viewOf(copy);
  for (const at of places) {
    for (const [index, value] of [width, 1, height, 1, 0, 1, 0, 1].entries()) view.setUint32(at + 4 * index, value);
  }
  return copy;
}
