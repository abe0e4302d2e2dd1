import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Orientation } from './orientation.js';
import { Resizer } from './resizer.js';

const size = 384;
const at = (path: string) => fileURLToPath(new URL(`../../../test/${path}`, import.meta.url));
const list = (folder: string) =>
  readdirSync(at(folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? at(`${folder}/${entry.name}`) : [],
  );
const sources = [...list('images'), ...list('reference/resize').filter((path) => !path.includes('-384'))];
const goldenOf = (path: string) => at(`reference/resize/${basename(path, extname(path))}-384.png`);

interface Bitmap {
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The numbers in the file, as Pillow read them when it made the goldens: no profile applied (rocket is Adobe RGB). */
async function stored(path: string): Promise<Bitmap> {
  const { data, info } = await sharp(readFileSync(path), { ignoreIcc: true })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { rgb: data, width: info.width, height: info.height };
}

const resizer = new Resizer();

function resize({ rgb, width, height }: Bitmap, S = size, orientation: Orientation = 1, stripRows = 17): Uint8Array {
  const under = resizer.start({ width, height, size: S, orientation, stripRows });
  for (let top = 0; top < height; top += stripRows) {
    const rows = Math.min(stripRows, height - top);
    under.input.set(rgb.subarray(3 * width * top, 3 * width * (top + rows)));
    under.push(rows);
  }
  return under.result().slice();
}

/** A picture as an orientation shows it, pixel by pixel. */
function turned({ rgb, width, height }: Bitmap, orientation: Orientation): Bitmap {
  const [w, h] = orientation < 5 ? [width, height] : [height, width];
  const [X, Y] = [width - 1, height - 1];
  // Where a shown pixel is stored, from the definition of EXIF tag 0x0112.
  const from = (x: number, y: number) =>
    [
      [x, y],
      [X - x, y],
      [X - x, Y - y],
      [x, Y - y],
      [y, x],
      [y, Y - x],
      [X - y, Y - x],
      [X - y, x],
    ][orientation - 1]!;
  const out = new Uint8Array(rgb.length);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [sx, sy] = from(x, y);
      out.set(rgb.subarray(3 * (sy! * width + sx!), 3 * (sy! * width + sx!) + 3), 3 * (y * w + x));
    }
  }
  return { rgb: out, width: w, height: h };
}

describe('Resizer', () => {
  it('has goldens to check', () => expect(sources).toHaveLength(16));

  // Pillow 12.3 `Image.resize((384, 384), BICUBIC)`; upscales, downscales and both at once.
  it.each(sources.map((path) => [basename(path), path]))(
    'resizes %s to the very bytes that Pillow makes',
    async (_name, path) => {
      const resized = resize(await stored(path));
      expect(Buffer.compare(resized, (await stored(goldenOf(path))).rgb)).toBe(0);
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8] as const)('orientation %i gives what the turned picture gives', (orientation) => {
    for (const [width, height] of [
      [61, 97],
      [250, 40],
      [33, 700],
    ] as const) {
      const picture = { rgb: noise(3 * width * height), width, height };
      const expected = resize(turned(picture, orientation), 64);
      expect(Buffer.compare(resize(picture, 64, orientation), expected)).toBe(0);
    }
  });

  it('gives the same whatever the height of the strips', async () => {
    const picture = await stored(at('images/coffee.png'));
    const whole = resize(picture, size, 6, picture.height);
    for (const rows of [1, 8, 255]) expect(Buffer.compare(resize(picture, size, 6, rows), whole)).toBe(0);
  });

  it('keeps an image that has the size already', async () => {
    const picture = await stored(goldenOf(at('images/coffee.png')));
    expect(Buffer.compare(resize(picture), picture.rgb)).toBe(0);
  });

  it('holds rows of the window only, however tall the image', () => {
    const [width, height, stripRows] = [500, 12_000, 32];
    const under = new Resizer().start({ width, height, size, orientation: 6, stripRows });
    expect(under.input.buffer.byteLength).toBeLessThan(2_000_000);
  });
});

/** The same bytes each time. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state & 255;
  });
}
