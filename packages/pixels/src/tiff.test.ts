import { describe, expect, it } from 'vitest';
import { expectPixel, shown } from './testing/shown.js';
import { tiffOf } from './testing/tiff.js';

const side = 32;
const middle = [0.5, 0.5] as const;

/** Pixels of one colour in one strip. */
function filled(pixel: readonly number[], tags: Partial<Parameters<typeof tiffOf>[0]> = {}): Buffer {
  const pixels = Buffer.concat(Array.from({ length: side * side }, () => Buffer.from(pixel)));
  return tiffOf(
    {
      ...{ width: side, height: side, bits: pixel.map(() => 8), samples: pixel.length, compression: 1 },
      ...{ photometric: pixel.length === 1 ? 1 : 2, rowsPerStrip: side, ...tags },
    },
    [pixels],
  );
}

describe('a TIFF', () => {
  it('in YCbCr without JPEG is shown in its colours', () => {
    const red = [76, 85, 255];
    expectPixel(shown(filled(red, { photometric: 6, subsampling: [1, 1] })), ...middle, [255, 0, 0], 2);
    // Four of luma for two of colour.
    const blocks = Buffer.concat(Array.from({ length: side ** 2 / 4 }, () => Buffer.from([76, 76, 76, 76, 85, 255])));
    const halved = tiffOf(
      {
        ...{ width: side, height: side, bits: [8, 8, 8], samples: 3, compression: 1, photometric: 6 },
        ...{ rowsPerStrip: side, subsampling: [2, 2] },
      },
      [blocks],
    );
    expectPixel(shown(halved), ...middle, [255, 0, 0], 2);
  });

  it.each([
    ['orientation', 0],
    ['orientation', 9],
    ['resolutionUnit', 0],
  ] as const)('is shown whatever its %s says: %i', (tag, value) => {
    expectPixel(shown(filled([10, 200, 30], { [tag]: value })), ...middle, [10, 200, 30]);
  });

  it.each([
    ['16 bits, up to 32767', [0x00, 0x40], 16, 127],
    ['16 bits, as of 8', [100, 0], 16, 100],
    ['8 bits, as unsigned', [200], 8, 200],
  ])('of signed integers is as bright as its numbers say: %s', (_name, bytes, bits, level) => {
    const file = filled(bytes, { bits, samples: 1, photometric: 1, sampleFormat: 2 });
    expectPixel(shown(file), ...middle, [level, level, level], 1);
  });

  it.each([1, 2, 3])('of 64 bits is refused by its kind: sample format %i', (sampleFormat) => {
    const file = filled([0], { bits: 64, sampleFormat });
    expect(() => shown(file)).toThrow(
      expect.objectContaining({ code: 'unsupported_media_type', detail: expect.stringMatching(/64 bits/) }),
    );
  });
});
