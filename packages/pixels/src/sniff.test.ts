import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from './limits.js';
import { sniff } from './sniff.js';
import { testImage } from './testing/shown.js';

const red = () => sharp({ create: { width: 32, height: 32, channels: 3, background: 'red' } });
const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const ftyp = (...brands: string[]) =>
  bytes(
    `\0\0\0${String.fromCharCode(16 + 4 * (brands.length - 1))}ftyp${brands[0]}\0\0\0\0${brands.slice(1).join('')}`,
  );

describe('sniff', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)('knows %s by its bytes', async (format) => {
    expect(sniff(await red().toFormat(format).toBuffer(), defaultLimits)).toBe(format);
  });

  it.each([
    ['heic', 'kinds/heic-scene.heic'],
    ['bmp', 'kinds/bmp-24.bmp'],
    ['tiff', 'kinds/tiff-big.tif'],
    ['avif', 'kinds/avif-sequence.avif'],
  ])('knows %s by its bytes, too', (format, file) => {
    expect(sniff(testImage(file), defaultLimits)).toBe(format);
  });

  it('finds AVIF among the compatible brands', () => {
    expect(sniff(ftyp('mif1', 'miaf', 'avif'), defaultLimits)).toBe('avif');
  });

  it.each([
    ['an SVG', bytes('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), /SVG.*PNG/],
    ['an HTML page', bytes('\n<!doctype html><title>photo.jpg</title>'), /HTML.*JPEG, PNG, WebP/],
    ['a PDF', bytes('%PDF-1.7\n'), /PDF.*page/],
    ['a JPEG XL image', bytes('\xff\x0a\xfa\x1f'), /JPEG XL.*JPEG, PNG, WebP/],
    ['a boxed JPEG XL image', bytes('\0\0\0\x0cJXL \r\n\x87\n'), /JPEG XL/],
    ['a JPEG 2000 image', bytes('\0\0\0\x0cjP  \r\n\x87\n'), /JPEG 2000/],
    ['a Windows icon', bytes('\0\0\x01\0\x01\0'), /ICO.*PNG/],
    ['a Photoshop document', bytes('8BPS\0\x01'), /PSD.*Export/],
    ['a Canon raw file', bytes('II*\0\x10\0\0\0CR\x02\0'), /CR2.*Develop/],
    ['a newer Canon raw file', ftyp('crx ', 'isom'), /CR3.*Develop/],
    ['a Fujifilm raw file', bytes('FUJIFILMCCD-RAW 0201'), /RAF.*Develop/],
    ['a PPM', bytes('P6\n64 64\n255\n'), /Netpbm/],
    ['an OpenEXR image', bytes('\x76\x2f\x31\x01'), /OpenEXR/],
    ['a Targa image', Uint8Array.of(0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 64, 0, 24, 0), /TGA/],
    ['a ZIP archive', bytes('PK\x03\x04'), /ZIP.*by itself/],
    ['a RAR archive', bytes('Rar!\x1a\x07\0'), /RAR.*by itself/],
    ['a 7z archive', bytes('7z\xbc\xaf\x27\x1c'), /7z.*by itself/],
    ['an xz file', bytes('\xfd7zXZ\0'), /xz.*Decompress/],
    ['a bzip2 file', bytes('BZh91AY&SY'), /bzip2.*Decompress/],
    ['a zstd file', bytes('\x28\xb5\x2f\xfd'), /zstd.*Decompress/],
    ['a Flash video', bytes('FLV\x01\x05'), /video.*frame/],
    ['an MPEG program stream', bytes('\0\0\x01\xba\x44'), /video.*frame/],
    ['an MPEG video stream', bytes('\0\0\x01\xb3\x14'), /video.*frame/],
    ['an MPEG transport stream', bytes(`G${'\0'.repeat(187)}`.repeat(3)), /video.*frame/],
    ['a Windows Media file', bytes('\x30\x26\xb2\x75\x8e\x66\xcf\x11'), /Windows Media.*frame/],
    ['an Ogg file', bytes('OggS\0'), /Ogg.*frame/],
    ['text', bytes('just some text'), /does not start like.*JPEG, PNG, WebP/],
    ['a text that begins with BM', bytes('BMW drives past a house in the rain'), /does not start like/],
    ['a single byte', bytes('\xff'), /does not start like/],
    ['an MP4 video', ftyp('isom', 'mp41'), /video.*frame/],
  ])('refuses %s and says what to send', (_name, file, reason) => {
    const refusal = expect.objectContaining({
      code: 'unsupported_media_type',
      detail: expect.stringMatching(reason),
    });
    expect(() => sniff(file, defaultLimits)).toThrow(refusal);
  });

  it('calls zero bytes a missing image', () => {
    expect(() => sniff(new Uint8Array(), defaultLimits)).toThrow(expect.objectContaining({ code: 'missing_image' }));
  });

  it('takes 20 MiB and not a byte more', () => {
    const file = new Uint8Array(defaultLimits.imageBytesMax + 1);
    file.set([0xff, 0xd8, 0xff]);
    expect(sniff(file.subarray(0, -1), defaultLimits)).toBe('jpeg');
    expect(() => sniff(file, defaultLimits)).toThrow(expect.objectContaining({ code: 'image_too_large' }));
  });
});
