import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Bitmap } from './decode.js';
import { Resizer } from './resize.js';

const size = 384;
const at = (path: string) => fileURLToPath(new URL(`../../../test/${path}`, import.meta.url));
const list = (folder: string) => readdirSync(at(folder)).map((file) => at(`${folder}/${file}`));
const sources = [...list('images'), ...list('reference/resize').filter((path) => !path.includes('-384'))];
const goldenOf = (path: string) => at(`reference/resize/${basename(path, extname(path))}-384.png`);

/** The numbers in the file, as Pillow read them when it made the goldens: no profile applied (rocket is Adobe RGB). */
async function stored(path: string): Promise<Bitmap> {
  const { data, info } = await sharp(readFileSync(path), { ignoreIcc: true })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { rgb: data, width: info.width, height: info.height };
}

function difference(a: Uint8Array, b: Uint8Array): { max: number; mean: number } {
  expect(a.length).toBe(b.length);
  const levels = a.map((level, index) => Math.abs(level - b[index]!));
  const sum = levels.reduce((total, level) => total + level, 0);
  return { max: levels.reduce((most, level) => Math.max(most, level), 0), mean: sum / levels.length };
}

describe('Resizer', () => {
  const resizer = new Resizer();

  it('has goldens to check', () => expect(sources).toHaveLength(16));

  // Pillow 12.3 `Image.resize((384, 384), BICUBIC)`; upscales, downscales and both at once. Measured: max 1, mean 1e-4.
  it.each(sources.map((path) => [basename(path), path]))('resizes %s as Pillow does', async (_name, path) => {
    const resized = await resizer.resize(await stored(path), size);
    const { max, mean } = difference(resized, (await stored(goldenOf(path))).rgb);
    expect(max).toBeLessThanOrEqual(2);
    expect(mean).toBeLessThanOrEqual(0.02);
  });

  it('gives every size that is asked for, also two at once', async () => {
    const bitmap = await stored(at('images/coffee.png'));
    const [small, large] = await Promise.all([resizer.resize(bitmap, 96), resizer.resize(bitmap, 480)]);
    expect([small.length, large.length]).toEqual([96 * 96 * 3, 480 * 480 * 3]);
  });

  it('keeps an image that has the size already', async () => {
    const bitmap = await stored(goldenOf(at('images/coffee.png')));
    expect(difference(await resizer.resize(bitmap, size), bitmap.rgb)).toEqual({ max: 0, mean: 0 });
  });
});
