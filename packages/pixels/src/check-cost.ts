import { BlipqError } from '@blipq/contracts';
import type { Picture } from './containers/picture.js';
import type { ImageLimits } from './limits.js';

/** Beside what the picture itself takes: a strip of rows, the resize, and what the runtime needs meanwhile. */
const fixedBytes = 64 * 1024 * 1024;
/** The file is in memory, and a copy without what its pixels do not need. */
const fileCopies = 2;

/** The image is within the limits, but only a decoder with the memory of a large one may decode it. */
export class LargeImage extends Error {
  override readonly name = 'LargeImage';
}

/** @throws BlipqError image_dimensions */
export function checkDimensions({ width, height }: { width: number; height: number }, limits: ImageLimits): void {
  const { sideMin, sideMax, pixelsMax } = limits;
  if (Math.min(width, height) < sideMin || Math.max(width, height) > sideMax) {
    throw new BlipqError(
      'image_dimensions',
      `The image is ${width}×${height} pixels; each side must be ${sideMin} to ${sideMax} pixels. Resize it and try again.`,
    );
  }
  if (width * height > pixelsMax) {
    const [megapixels, max] = [width * height, pixelsMax].map((count) => (count / 1e6).toFixed(1));
    throw new BlipqError(
      'image_dimensions',
      `The image is ${width}×${height} pixels (${megapixels} megapixels); at most ${max} are taken. Resize it and try again.`,
    );
  }
}

/**
 * @throws LargeImage unless `large`
 * @throws BlipqError image_too_costly
 */
export function checkMemory({ memoryBytes, bytes, format }: Picture, limits: ImageLimits, large: boolean): void {
  const needed = memoryBytes + fileCopies * bytes.length + fixedBytes;
  if (needed > limits.largeMemoryBytes) {
    const [mib, max] = [needed, limits.largeMemoryBytes].map((count) => Math.ceil(count / 1024 / 1024));
    throw new BlipqError(
      'image_too_costly',
      `Decoding this ${format.toUpperCase()} image takes about ${mib} MiB of memory; at most ${max} are given to one. ${cheaper}`,
    );
  }
  if (needed > limits.memoryBytes && !large) throw new LargeImage(`${needed} bytes`);
}

export const cheaper = 'Send it smaller, or as a baseline JPEG, which is decoded row by row.';
