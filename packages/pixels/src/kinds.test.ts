import { describe, expect, it } from 'vitest';
import { difference, shown, testImage } from './testing/shown.js';

/** What a person sees in test/images/kinds, whose README says how each file was made. */
const pictures: readonly (readonly [file: string, as: string, difference: number])[] = [
  ['jpeg-progressive.jpg', 'scene.png', 4],
  ['jpeg-orientation-6.jpg', 'scene.png', 4],
  ['jpeg-cmyk.jpg', 'scene.png', 30],
  ['jpeg-lab-profile.jpg', 'scene.png', 4],
  ['png-exif-6-after-idat.png', 'scene.png', 0.5],
  ['png-exif-8-after-idat.png', 'scene.png', 0.5],
  ['png-cicp-pq.png', 'scene.png', 5],
  ['png-text-bomb.png', 'scene.png', 0.5],
  ['gif-offset.gif', 'scene-on-white.png', 2],
  ['avif-sequence.avif', 'scene.png', 4],
  ['avif-alpha-premultiplied.avif', 'scene-over-white.png', 4],
  ['avif-grid.avif', 'scene.png', 4],
  ['avif-hdr-pq.avif', 'scene.png', 5],
  ['avif-linear-nclx.avif', 'scene.png', 4],
  ['avif-p3-nclx.avif', 'scene-as-p3.png', 4],
  ['heic-scene.heic', 'scene.png', 4],
  ['heic-lab-profile.heic', 'scene.png', 4],
  ['heic-p3.heic', 'scene-as-p3.png', 4],
  ['heic-p3-10.heic', 'scene-as-p3.png', 4],
  ['heic-alpha.heic', 'scene-over-white.png', 4],
  ['heic-irot-3.heic', 'scene.png', 4],
  ['heic-grid-p3-irot-3.heic', 'scene-as-p3.png', 4],
  ['heic-clap-irot-3.heic', 'scene.png', 4],
  ['heic-imir-1.heic', 'scene.png', 4],
  ['tiff-big.tif', 'scene.png', 0.5],
  ['tiff-tiled.tif', 'scene.png', 0.5],
  ['tiff-16.tif', 'scene.png', 0.5],
  ['tiff-cmyk.tif', 'scene.png', 30],
  ['tiff-packbits.tif', 'scene-grey.png', 0.5],
  ['tiff-float-0-1.tif', 'scene-grey.png', 1],
  ['tiff-nir.tif', 'scene.png', 0.5],
  ['tiff-planar-nir.tif', 'scene.png', 0.5],
  ['tiff-extra-zero.tif', 'scene.png', 0.5],
  ['tiff-two-extra.tif', 'scene.png', 0.5],
  ['tiff-5-bands.tif', 'scene.png', 0.5],
  ['tiff-grey-extra.tif', 'scene-grey.png', 0.5],
  ['bmp-24.bmp', 'scene.png', 0.5],
  ['bmp-8.bmp', 'scene.png', 3],
  ['bmp-rle8.bmp', 'scene.png', 3],
  ['bmp-16-565.bmp', 'scene.png', 5],
];

const refused: readonly (readonly [file: string, name: RegExp])[] = [
  ['tiff-zstd.tif', /ZSTD/],
  ['tiff-cielab.tif', /Lab/],
  ['tiff-icclab.tif', /Lab/],
  ['tiff-12.tif', /12 bits/],
  ['tiff-planar-tiled.tif', /tiled with its channels apart/],
];

describe('kinds of images', () => {
  it.each(pictures)('%s is shown as a person sees it', (file, as, most) => {
    const image = shown(testImage(`kinds/${file}`));
    const expected = shown(testImage(`kinds/${as}`));
    expect([image.width, image.height]).toEqual([expected.width, expected.height]);
    expect(difference(image, expected)).toBeLessThan(most);
  });

  it('irot is followed where EXIF says the same, which is not applied once more', () => {
    const { width, height } = shown(testImage('kinds/avif-irot-3.avif'));
    expect([width, height]).toEqual([160, 240]);
  });

  it.each(refused)('%s is refused by its kind, not as damaged', (file, name) => {
    expect(() => shown(testImage(`kinds/${file}`))).toThrow(
      expect.objectContaining({ code: 'unsupported_media_type', detail: expect.stringMatching(name) }),
    );
  });
});
