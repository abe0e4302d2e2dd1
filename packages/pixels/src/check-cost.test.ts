import { describe, expect, it } from 'vitest';
import { hollowPng } from './testing/png.js';
import { plain, shown } from './testing/shown.js';

const png = (width: number, height: number) => plain(width, height).png().toBuffer();

describe('the limits of an image', () => {
  it.each([
    [1, 1],
    [15, 400],
    [20_000, 10],
    [16_385, 16],
  ])('refuse %i×%i, name the sides and what to do', async (width, height) => {
    const file = await png(width, height);
    expect(() => shown(file)).toThrow(
      expect.objectContaining({
        code: 'image_dimensions',
        detail: `The image is ${width}×${height} pixels; each side must be 16 to 16384 pixels. Resize it and try again.`,
      }),
    );
  });

  it.each([
    [16, 16],
    [16_384, 16],
  ])('take %i×%i', async (width, height) => {
    expect(shown(await png(width, height))).toMatchObject({ width, height });
  });

  it.each([
    [30_000, 30_000, '16384'],
    [10_000, 10_000, 'megapixels'],
  ])('refuse a bomb of few bytes that declares %i×%i', (width, height, reason) => {
    const bomb = hollowPng(width, height);
    expect(bomb.length).toBeLessThan(200);
    expect(() => shown(bomb)).toThrow(
      expect.objectContaining({ code: 'image_dimensions', detail: expect.stringContaining(reason) }),
    );
  });

  it('take 8192×6144 and 8160×6144, which phones call 50 megapixels', async () => {
    for (const width of [8192, 8160]) {
      const file = await plain(width, 6144).jpeg({ quality: 30 }).toBuffer();
      expect(shown(file)).toMatchObject({ width, height: 6144 });
    }
  });

  it('refuse what takes more memory than a large image may, before it is decoded', () => {
    const interlaced = hollowPng(8000, 8000, { depth: 16, colour: 6, interlaced: true });
    expect(() => shown(interlaced, { largeMemoryBytes: 256 * 1024 ** 2 })).toThrow(
      expect.objectContaining({
        code: 'image_too_costly',
        detail: expect.stringMatching(/MiB of memory.*baseline JPEG/),
      }),
    );
  });

  it('call a file that ends inside its header corrupt', async () => {
    const file = (await png(64, 64)).subarray(0, 20);
    expect(() => shown(file)).toThrow(expect.objectContaining({ code: 'image_corrupt' }));
  });
});
