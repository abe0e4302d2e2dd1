import { describe, expect, it } from 'vitest';
import { difference, shown, testImage } from './testing/shown.js';

/** Width, height and offsets of a `clap` box, each a numerator and a denominator. */
function cropped(...numbers: number[]): Buffer {
  const file = testImage('kinds/heic-clap-irot-3.heic');
  const at = file.indexOf('clap') + 4;
  for (const [index, number] of numbers.entries()) file.writeInt32BE(number, at + 4 * index);
  return file;
}

describe('the crop of a HEIC', () => {
  it('gives the picture its size, before it is turned', () => {
    expect(shown(cropped(100, 1, 80, 1, 0, 1, 0, 1))).toMatchObject({ width: 80, height: 100 });
  });

  it('ends where the stored picture ends', () => {
    expect(shown(cropped(400, 1, 302, 1, 150, 1, 0, 1))).toMatchObject({ width: 302, height: 251 });
  });

  it.each([
    ['leaves nothing', [0, 1, 80, 1, 0, 1, 0, 1]],
    ['lies outside', [100, 1, 80, 1, 1000, 1, 0, 1]],
    ['is divided by zero', [100, 0, 80, 1, 0, 1, 0, 0]],
  ])('that %s is refused as damage', (_name, numbers) => {
    expect(() => shown(cropped(...numbers))).toThrow(expect.objectContaining({ code: 'image_corrupt' }));
  });
});

it.each(['heic-p3.heic', 'heic-p3-10.heic'])('a profile that cannot be used is ignored: %s', (name) => {
  const file = testImage(`kinds/${name}`);
  const curve = Buffer.from('curv\0\0\0\0');
  for (let at = file.indexOf(curve); at >= 0; at = file.indexOf(curve)) file.write('none', at);
  expect(difference(shown(file), shown(testImage('kinds/scene.png')))).toBeLessThan(4);
});
