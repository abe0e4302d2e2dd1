import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { difference, shown, testImage } from './testing/shown.js';

const photo = sharp(testImage('coffee.png')).resize(480, 320);
const baseline = await photo.clone().jpeg({ quality: 85 }).toBuffer();
const progressive = await photo.clone().jpeg({ quality: 85, progressive: true }).toBuffer();
const restarts = testImage('rocket.jpg');
const cut = (file: Buffer, share: number) => file.subarray(0, Math.round(share * file.length));

describe('a JPEG that ends early', () => {
  it.each(['jpeg-no-eoi.jpg', 'jpeg-cut-1-byte.jpg'])(
    '%s, which lacks its end marker only, is taken and said so',
    (file) => {
      const image = shown(testImage(`kinds/${file}`));
      expect(image.truncated).toBe(true);
      expect(difference(image, shown(testImage('kinds/scene.png')))).toBeLessThan(4);
    },
  );

  it.each([
    ['baseline', baseline],
    ['progressive', progressive],
  ])('without its last bytes, %s, is taken and said so', (_name, file) => {
    const image = shown(cut(file, 0.97));
    expect(image.truncated).toBe(true);
    expect(difference(image, shown(file))).toBeLessThan(8);
  });

  it.each([
    ['baseline', cut(baseline, 0.5)],
    ['progressive', cut(progressive, 0.5)],
    ['with an end marker behind the cut', Buffer.concat([cut(baseline, 0.5), Buffer.from([0xff, 0xd9])])],
    ['with bytes that belong nowhere in front', withStrayBytes(cut(baseline, 0.5))],
  ])('cut in half, %s, is refused', (_name, file) => {
    expect(() => shown(file)).toThrow(
      expect.objectContaining({ code: 'image_corrupt', detail: expect.stringMatching(/again/) }),
    );
  });

  it('is not what a whole one is said to be', () => {
    for (const file of [baseline, progressive, restarts]) expect(shown(file).truncated).toBeUndefined();
  });
});

/** Some devices write a few bytes in front of a marker, which decoders warn about. */
function withStrayBytes(file: Buffer): Buffer {
  const table = file.indexOf(Buffer.from([0xff, 0xc0]));
  return Buffer.concat([file.subarray(0, table), Buffer.alloc(18, 7), file.subarray(table)]);
}
