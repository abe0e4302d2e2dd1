import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { type Bitmap, decode } from './decode.js';
import { readHeader } from './header.js';
import { defaultLimits } from './limits.js';
import { type ImageFormat, sniff } from './sniff.js';

type Rgb = readonly [number, number, number];
const [width, height] = [48, 32];
const red: Rgb = [255, 0, 0];
const green: Rgb = [0, 255, 0];
const blue: Rgb = [0, 0, 255];
const white: Rgb = [255, 255, 255];

async function decoded(file: Uint8Array): Promise<Bitmap> {
  return decode(file, await readHeader(file, sniff(file, defaultLimits), defaultLimits), defaultLimits);
}

function pixel({ rgb, width: stride }: Bitmap, x: number, y: number): number[] {
  return [...rgb.subarray((y * stride + x) * 3, (y * stride + x) * 3 + 3)];
}

/** Expects each channel of the pixel within `tolerance` levels. */
function expectPixel(bitmap: Bitmap, x: number, y: number, expected: Rgb, tolerance = 0): void {
  const off = pixel(bitmap, x, y).map((level, channel) => Math.abs(level - expected[channel]!));
  expect(Math.max(...off), `${pixel(bitmap, x, y)} instead of ${expected}`).toBeLessThanOrEqual(tolerance);
}

/** Every pixel the same; levels as they are stored, 8 or 16 bits by the array's type. */
function filled(levels: Uint8Array | Uint16Array): Sharp {
  const pixels = new (levels.constructor as Uint16ArrayConstructor)(width * height * levels.length);
  const channels = levels.length as 1 | 2 | 3 | 4;
  return sharp(
    pixels.map((_, index) => levels[index % channels]!),
    { raw: { width, height, channels } },
  );
}

/** Four coloured quarters: red top left, green top right, blue bottom right, white bottom left. */
function quarters(): Sharp {
  const pixels = Array.from({ length: width * height }, (_, index) => {
    const [left, top] = [index % width < width / 2, index < (width * height) / 2];
    return top ? (left ? red : green) : left ? white : blue;
  });
  return sharp(Uint8Array.from(pixels.flat()), { raw: { width, height, channels: 3 } });
}

describe('decode', () => {
  // TIFF/EXIF tag 0x0112. Corners of the shown image, clockwise from the top left.
  it.each([
    [1, [red, green, blue, white]],
    [2, [green, red, white, blue]],
    [3, [blue, white, red, green]],
    [4, [white, blue, green, red]],
    [5, [red, white, blue, green]],
    [6, [white, red, green, blue]],
    [7, [blue, green, red, white]],
    [8, [green, blue, white, red]],
  ])('applies EXIF orientation %i', async (orientation, [topLeft, topRight, bottomRight, bottomLeft]) => {
    const file = await quarters().withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer();
    const header = await readHeader(file, 'jpeg', defaultLimits);
    const bitmap = await decoded(file);
    expect([bitmap.width, bitmap.height]).toEqual(orientation < 5 ? [width, height] : [height, width]);
    expect(header).toMatchObject({ width: bitmap.width, height: bitmap.height });
    const [right, bottom] = [bitmap.width - 3, bitmap.height - 3];
    expectPixel(bitmap, 2, 2, topLeft!, 4);
    expectPixel(bitmap, right, 2, topRight!, 4);
    expectPixel(bitmap, right, bottom, bottomRight!, 4);
    expectPixel(bitmap, 2, bottom, bottomLeft!, 4);
  });

  it('scales 16 bits to 8 instead of clipping them', async () => {
    const grey = await filled(Uint16Array.of(0x8080)).toColourspace('grey16').png().toBuffer();
    const colour = await filled(Uint16Array.of(0xffff, 0x4040, 0))
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect([(await sharp(grey).metadata()).depth, (await sharp(colour).metadata()).depth]).toEqual([
      'ushort',
      'ushort',
    ]);
    expectPixel(await decoded(grey), 5, 5, [128, 128, 128], 1);
    expectPixel(await decoded(colour), 5, 5, [255, 64, 0], 1);
  });

  it('shows transparency over white', async () => {
    expectPixel(
      await decoded(
        await filled(Uint8Array.of(255, 0, 0, 128))
          .png()
          .toBuffer(),
      ),
      5,
      5,
      [255, 127, 127],
      1,
    );
    expectPixel(
      await decoded(
        await filled(Uint8Array.of(0, 0, 0, 0))
          .webp()
          .toBuffer(),
      ),
      5,
      5,
      white,
    );
    const grey = await filled(Uint8Array.of(0, 128)).toColourspace('b-w').png().toBuffer();
    expect((await sharp(grey).metadata()).channels).toBe(2);
    expectPixel(await decoded(grey), 5, 5, [127, 127, 127], 1);
    const deep = await filled(Uint16Array.of(0xffff, 0, 0, 0x8080))
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expectPixel(await decoded(deep), 5, 5, [255, 127, 127], 1);
  });

  it('makes three channels of grey and of palettes', async () => {
    const grey = await filled(Uint8Array.of(77)).toColourspace('b-w').jpeg().toBuffer();
    const palette = await quarters().png({ palette: true }).toBuffer();
    expect((await sharp(grey).metadata()).channels).toBe(1);
    expect((await sharp(palette).metadata()).isPalette).toBe(true);
    expectPixel(await decoded(grey), 5, 5, [77, 77, 77], 1);
    expectPixel(await decoded(palette), width - 1, 0, green, 2);
  });

  it('converts CMYK to sRGB', async () => {
    const file = await filled(Uint8Array.of(255, 0, 0))
      .toColourspace('cmyk')
      .jpeg({ quality: 95 })
      .toBuffer();
    expect((await sharp(file).metadata()).space).toBe('cmyk');
    // Red ink is duller than a screen's red.
    expectPixel(await decoded(file), 5, 5, [237, 28, 36], 40);
  });

  it('honours an embedded colour profile', async () => {
    const adobeRgb = readFileSync(new URL('../../../test/images/rocket.jpg', import.meta.url));
    const stored = await sharp(adobeRgb, { ignoreIcc: true }).raw().toBuffer();
    const shown = await decoded(adobeRgb);
    const change = shown.rgb.reduce((sum, level, index) => sum + Math.abs(level - stored[index]!), 0) / stored.length;
    expect(change).toBeGreaterThan(0.1);
  });

  it('gives the pixels of an sRGB profile as a conversion would, without one', async () => {
    const photo = readFileSync(new URL('../../../test/images/coffee.png', import.meta.url));
    const file = await sharp(photo).withIccProfile('srgb').jpeg({ quality: 95 }).toBuffer();
    const { data: converted } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    const { rgb } = await decoded(file);
    expect(rgb.reduce((most, level, index) => Math.max(most, Math.abs(level - converted[index]!)), 0)).toBeLessThan(2);
  });

  it.each(['gif', 'webp'] as const)('takes the first frame of an animated %s', async (format) => {
    const frames = await Promise.all([red, blue].map((level) => filled(Uint8Array.from(level)).png().toBuffer()));
    const file = await sharp(frames, { join: { animated: true } })
      .toFormat(format)
      .toBuffer();
    expect((await sharp(file, { animated: true }).metadata()).pages).toBe(2);
    const bitmap = await decoded(file);
    expect([bitmap.width, bitmap.height]).toEqual([width, height]);
    expectPixel(bitmap, 5, 5, red, 2);
  });

  it.each<ImageFormat>(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'])('refuses a truncated %s', async (format) => {
    const photo = readFileSync(new URL('../../../test/images/coffee.png', import.meta.url));
    const file = await sharp(photo).resize(300, 200).toFormat(format).toBuffer();
    await expect(decoded(file)).resolves.toMatchObject({ width: 300, height: 200 });
    const half = file.subarray(0, file.length / 2);
    await expect(decoded(half)).rejects.toMatchObject({
      code: 'image_corrupt',
      detail: expect.stringMatching(/again/),
    });
  });

  it('takes an image with a web page behind its end', async () => {
    const file = Buffer.concat([await quarters().png().toBuffer(), Buffer.from('<html><script>alert(1)</script>')]);
    expectPixel(await decoded(file), 0, 0, red);
  });
});
