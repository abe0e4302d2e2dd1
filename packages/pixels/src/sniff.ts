import { BlipqError } from '@blipq/contracts';
import type { ImageLimits } from './limits.js';

export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff';

const accepted = 'JPEG, PNG, WebP, GIF, AVIF or TIFF';

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
  throw new BlipqError('unsupported_media_type', `${describeForeign(bytes)} Convert it to ${accepted} and try again.`);
}

/** Signatures from the formats' own specifications. */
function formatOf(bytes: Uint8Array): ImageFormat | undefined {
  if (ascii(bytes, 0, 3) === '\xff\xd8\xff') return 'jpeg';
  if (ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp';
  if (['GIF87a', 'GIF89a'].includes(ascii(bytes, 0, 6))) return 'gif';
  if (['II*\0', 'MM\0*'].includes(ascii(bytes, 0, 4))) return 'tiff';
  if (isobmffBrands(bytes).some((brand) => brand === 'avif' || brand === 'avis')) return 'avif';
  return undefined;
}

/** Major and compatible brands of an ISO base media file's `ftyp` box (ISO/IEC 14496-12 §4.3); [] for other files. */
function isobmffBrands(bytes: Uint8Array): string[] {
  if (bytes.length < 16 || ascii(bytes, 4, 8) !== 'ftyp') return [];
  const declared = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  const end = Math.min(declared, bytes.length, 256);
  const brands = [ascii(bytes, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(bytes, at, at + 4));
  return brands;
}

/** A sentence about a file that is none of ours, as exact as a few bytes allow. */
function describeForeign(bytes: Uint8Array): string {
  const text = ascii(bytes, 0, 512).trimStart().toLowerCase();
  if (text.includes('<svg')) return 'This is an SVG drawing, not a photograph.';
  if (text.startsWith('<')) return 'This is an HTML or XML document, not an image.';
  if (text.startsWith('%pdf')) return 'This is a PDF document, not an image.';
  if (text.startsWith('bm')) return 'BMP images are not supported.';
  if (isobmffBrands(bytes).some((brand) => /^(hei|hev|mif1)/.test(brand))) return 'HEIC images are not supported.';
  return 'The file does not start like any image format that is supported.';
}

/** One character per byte. */
function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
