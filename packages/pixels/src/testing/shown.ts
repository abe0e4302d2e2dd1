import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { expect } from 'vitest';
import { imageToPixels, type Pixels } from '../image-to-pixels.js';
import { Libvips } from '../libvips.js';
import { defaultLimits, type ImageLimits } from '../limits.js';
import { Resizer } from '../resizer.js';

const parts = { libvips: new Libvips(), resizer: new Resizer() };

/** S of the tests. */
export const size = 96;

/** The pixels of a file, made in this process, whatever it takes. */
export function shown(file: Uint8Array, limits: Partial<ImageLimits> = {}): Pixels {
  const image = imageToPixels(file, size, { ...parts, limits: { ...defaultLimits, ...limits }, large: true });
  return { ...image, rgb: image.rgb.slice() };
}

/** A file of test/images. */
export function testImage(path: string): Buffer {
  return readFileSync(new URL(`../../../../test/images/${path}`, import.meta.url));
}

/** A pixel by its place in the picture, 0 … 1 from the left and from the top. */
export function pixelAt({ rgb }: Pixels, x: number, y: number): number[] {
  const at = 3 * (Math.floor(y * size) * size + Math.floor(x * size));
  return [...rgb.subarray(at, at + 3)];
}

/** Expects each channel of the pixel within `tolerance` levels. */
export function expectPixel(image: Pixels, x: number, y: number, expected: readonly number[], tolerance = 0): void {
  const pixel = pixelAt(image, x, y);
  const off = pixel.map((level, channel) => Math.abs(level - expected[channel]!));
  expect(Math.max(...off), `${pixel} instead of ${expected}`).toBeLessThanOrEqual(tolerance);
}

/** Mean difference of the levels of two pictures. */
export function difference(a: Pixels, b: Pixels): number {
  return a.rgb.reduce((sum, level, index) => sum + Math.abs(level - b.rgb[index]!), 0) / a.rgb.length;
}

/** A picture of one colour, by sharp. */
export function plain(width: number, height: number, background: string | object = 'red') {
  return sharp({ create: { width, height, channels: 3, background: background as string }, limitInputPixels: false });
}
