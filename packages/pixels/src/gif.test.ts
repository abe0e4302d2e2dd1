import { describe, expect, it } from 'vitest';
import { expectPixel, shown, testImage } from './testing/shown.js';

/** The same frame, at the same place of a canvas of another size. */
function onCanvas(width: number, height: number): Buffer {
  const file = testImage('kinds/gif-offset.gif');
  file.writeUInt16LE(width, 6);
  file.writeUInt16LE(height, 8);
  return file;
}

describe('the first frame of a GIF', () => {
  // Sizes of screens, which some decoders take for mistakes, and too large ones.
  it.each([
    [640, 480],
    [800, 600],
    [1024, 768],
    [1280, 1024],
    [2400, 300],
  ])('is shown on its canvas of %i×%i', (width, height) => {
    const image = shown(onCanvas(width, height));
    expect([image.width, image.height]).toEqual([width, height]);
    expectPixel(image, 0.99, 0.99, [255, 255, 255]);
    expect(image.rgb.some((level) => level < 200)).toBe(true);
  });
});
