import { BlipqError } from '@blipq/contracts';
import { isobmffBrands } from './containers/isobmff-brands.js';
import { ascii } from './containers/picture.js';
import { describeForeign } from './foreign-formats.js';
import type { ImageLimits } from './limits.js';

export const imageFormats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'heic', 'tiff', 'bmp'] as const;
export type ImageFormat = (typeof imageFormats)[number];

const accepted = 'JPEG, PNG, WebP, GIF, AVIF, HEIC, TIFF or BMP';

/**
 * Names the format by the file's first bytes. What the caller calls it (Content-Type, file name) is never asked:
 * it decides which decoder runs, and an attacker would choose.
 *
 * @throws BlipqError missing_image, image_too_large, unsupported_media_type
 */
export function sniff(bytes: Uint8Array, limits: ImageLimits): ImageFormat {
  if (bytes.length === 0) {
    throw new BlipqError('missing_image', `The image is empty (0 bytes). Send the bytes of a ${accepted} file.`);
  }
  if (bytes.length > limits.imageBytesMax) {
    const [size, max] = [bytes.length, limits.imageBytesMax].map((count) => (count / 1024 / 1024).toFixed(1));
    throw new BlipqError(
      'image_too_large',
      `The image has ${size} MiB; at most ${max} MiB are taken. Send a smaller or more strongly compressed image.`,
    );
  }
  const format = formatOf(bytes);
  if (format !== undefined) return format;
  const { what, instead } = describeForeign(bytes);
  throw new BlipqError('unsupported_media_type', `${what} ${instead ?? `Convert it to ${accepted} and try again.`}`);
}

/** Signatures from the formats' own specifications. */
function formatOf(bytes: Uint8Array): ImageFormat | undefined {
  if (ascii(bytes, 0, 3) === '\xff\xd8\xff') return bytes[3] === 0xf7 ? undefined : 'jpeg';
  if (ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp';
  if (['GIF87a', 'GIF89a'].includes(ascii(bytes, 0, 6))) return 'gif';
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(ascii(bytes, 0, 4))) {
    return ascii(bytes, 8, 10) === 'CR' ? undefined : 'tiff';
  }
  if (ascii(bytes, 0, 2) === 'BM' && isBmpHeader(bytes)) return 'bmp';
  return heifFormatOf(isobmffBrands(bytes));
}

/** `BM` begins many a text; a bitmap's header says its own size, and that is one of few. */
function isBmpHeader(bytes: Uint8Array): boolean {
  return bytes.length >= 26 && [12, 16, 40, 52, 56, 64, 108, 124].includes(bytes[14]!) && bytes[15] === 0;
}

const avifBrands = new Set(['avif', 'avis']);
/** Of HEVC pictures and sequences, and of HEIF in general (`mif1`, `msf1`), where the items say the codec. */
const heicBrands = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'mif2', 'msf1']);

function heifFormatOf(brands: readonly string[]): ImageFormat | undefined {
  if (brands.some((brand) => avifBrands.has(brand))) return 'avif';
  return brands.some((brand) => heicBrands.has(brand)) ? 'heic' : undefined;
}
