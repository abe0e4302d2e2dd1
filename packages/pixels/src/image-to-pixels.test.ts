import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { difference, expectPixel, shown, testImage } from './testing/shown.js';

type Rgb = readonly [number, number, number];
const [width, height] = [48, 32];
const red: Rgb = [255, 0, 0];
const green: Rgb = [0, 255, 0];
const blue: Rgb = [0, 0, 255];
const white: Rgb = [255, 255, 255];
const middle = [0.5, 0.5] as const;

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

describe('imageToPixels', () => {
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
    for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
      const file = await quarters().withMetadata({ orientation }).toFormat(format, { quality: 100 }).toBuffer();
      const image = shown(file);
      expect([image.width, image.height]).toEqual(orientation < 5 ? [width, height] : [height, width]);
      expectPixel(image, 0.1, 0.1, topLeft!, 4);
      expectPixel(image, 0.9, 0.1, topRight!, 4);
      expectPixel(image, 0.9, 0.9, bottomRight!, 4);
      expectPixel(image, 0.1, 0.9, bottomLeft!, 4);
    }
  });

  it('scales 16 bits to 8 instead of clipping them', async () => {
    const grey = await filled(Uint16Array.of(0x8080)).toColourspace('grey16').png().toBuffer();
    const colour = await filled(Uint16Array.of(0xffff, 0x4040, 0))
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expectPixel(shown(grey), ...middle, [128, 128, 128], 1);
    expectPixel(shown(colour), ...middle, [255, 64, 0], 1);
  });

  it.each([
    ['red half there', Uint8Array.of(255, 0, 0, 128), 'srgb', [255, 127, 127]],
    ['nothing there', Uint8Array.of(0, 0, 0, 0), 'srgb', white],
    ['black half there, in grey', Uint8Array.of(0, 128), 'b-w', [127, 127, 127]],
    ['red half there, in 16 bits', Uint16Array.of(0xffff, 0, 0, 0x8080), 'rgb16', [255, 127, 127]],
  ] as const)('shows transparency over white: %s', async (_name, levels, space, expected) => {
    expectPixel(shown(await filled(levels).toColourspace(space).png().toBuffer()), ...middle, expected, 1);
  });

  it('makes three channels of grey and of palettes', async () => {
    const grey = await filled(Uint8Array.of(77)).toColourspace('b-w').jpeg().toBuffer();
    const palette = await quarters().png({ palette: true }).toBuffer();
    expectPixel(shown(grey), ...middle, [77, 77, 77], 1);
    expectPixel(shown(palette), 0.95, 0.05, green, 2);
  });

  it('honours an embedded colour profile', async () => {
    const adobeRgb = testImage('rocket.jpg');
    const without = await sharp(adobeRgb, { ignoreIcc: true }).jpeg({ quality: 100 }).toBuffer();
    expect(difference(shown(adobeRgb), shown(without))).toBeGreaterThan(0.5);
  });

  it('gives the pixels of an sRGB profile as a conversion would, without one', async () => {
    const file = await sharp(testImage('coffee.png')).withIccProfile('srgb').jpeg({ quality: 95 }).toBuffer();
    const converted = await sharp(file).png().toBuffer();
    expect(difference(shown(file), shown(converted))).toBeLessThan(1);
  });

  it.each(['gif', 'webp'] as const)('takes the first frame of an animated %s', async (format) => {
    const frames = await Promise.all([red, blue].map((level) => filled(Uint8Array.from(level)).png().toBuffer()));
    const file = await sharp(frames, { join: { animated: true } })
      .toFormat(format)
      .toBuffer();
    const image = shown(file);
    expect([image.width, image.height]).toEqual([width, height]);
    expectPixel(image, ...middle, red, 2);
  });

  it.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)('refuses half of a %s', async (format) => {
    const file = await sharp(testImage('coffee.png')).resize(300, 200).toFormat(format).toBuffer();
    expect(shown(file)).toMatchObject({ width: 300, height: 200, format });
    expect(() => shown(file.subarray(0, file.length / 2))).toThrow(
      expect.objectContaining({ code: 'image_corrupt', detail: expect.stringMatching(/again/) }),
    );
  });

  it('takes an image with a web page behind its end', async () => {
    const file = Buffer.concat([await quarters().png().toBuffer(), Buffer.from('<html><script>alert(1)</script>')]);
    expectPixel(shown(file), 0.1, 0.1, red);
  });
});
