import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from './limits.js';
import { type ImageFormat, sniff } from './sniff.js';

const red = () => sharp({ create: { width: 32, height: 32, channels: 3, background: 'red' } });
const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const ftyp = (...brands: string[]) =>
  bytes(
    `\0\0\0${String.fromCharCode(16 + 4 * (brands.length - 1))}ftyp${brands[0]}\0\0\0\0${brands.slice(1).join('')}`,
  );

describe('sniff', () => {
  it.each<ImageFormat>(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'])('knows %s by its bytes', async (format) => {
    expect(sniff(await red().toFormat(format).toBuffer(), defaultLimits)).toBe(format);
  });

  it('finds AVIF among the compatible brands', () => {
    expect(sniff(ftyp('mif1', 'miaf', 'avif'), defaultLimits)).toBe('avif');
  });

  it.each([
    ['an SVG', bytes('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), /SVG/],
    ['an HTML page', bytes('\n<!doctype html><title>photo.jpg</title>'), /HTML/],
    ['a PDF', bytes('%PDF-1.7\n'), /PDF/],
    ['a HEIC photo', ftyp('heic', 'mif1'), /HEIC/],
    ['a BMP', bytes('BM\x46\0\0\0'), /BMP/],
    ['text', bytes('just some text'), /does not start like/],
    ['a single byte', bytes('\xff'), /does not start like/],
    ['an MP4 video', ftyp('isom', 'mp41'), /does not start like/],
  ])('refuses %s and says what to send', (_name, file, reason) => {
    const refusal = expect.objectContaining({
      code: 'unsupported_media_type',
      detail: expect.stringMatching(new RegExp(`${reason.source}.*JPEG, PNG, WebP`)),
    });
    expect(() => sniff(file, defaultLimits)).toThrow(refusal);
  });

  it('calls zero bytes a missing image', () => {
    expect(() => sniff(new Uint8Array(), defaultLimits)).toThrow(expect.objectContaining({ code: 'missing_image' }));
  });

  it('takes 10 MiB and not a byte more', () => {
    const file = new Uint8Array(defaultLimits.imageBytesMax + 1);
    file.set([0xff, 0xd8, 0xff]);
    expect(sniff(file.subarray(0, -1), defaultLimits)).toBe('jpeg');
    expect(() => sniff(file, defaultLimits)).toThrow(expect.objectContaining({ code: 'image_too_large' }));
  });
});
