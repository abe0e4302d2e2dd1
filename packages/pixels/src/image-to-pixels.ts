import { decode } from './decode.js';
import { readHeader } from './header.js';
import type { ImageLimits } from './limits.js';
import type { Resizer } from './resize.js';
import { type ImageFormat, sniff } from './sniff.js';

export interface Pixels {
  /** u8 [S, S, 3], sRGB, rows from the top. */
  readonly rgb: Uint8Array;
  /** Pixels of the original, after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
}

/**
 * Encoded image bytes → S×S pixels. Each step is one file, and each refuses before the next one does more work.
 *
 * @throws BlipqError missing_image, image_too_large, unsupported_media_type, image_dimensions, image_corrupt
 */
export async function imageToPixels(
  bytes: Uint8Array,
  size: number,
  { limits, resizer }: { limits: ImageLimits; resizer: Resizer },
): Promise<Pixels> {
  const format = sniff(bytes, limits);
  const header = await readHeader(bytes, format, limits);
  const bitmap = await decode(bytes, header, limits);
  const rgb = await resizer.resize(bitmap, size);
  return { rgb, width: header.width, height: header.height, format };
}
