import { BlipqError } from '@blipq/contracts';
import { openImage } from './codecs.js';
import type { ImageLimits } from './limits.js';
import type { ImageFormat } from './sniff.js';
import { isSrgb } from './srgb-profile.js';

export interface Header {
  readonly format: ImageFormat;
  /** Pixels, after EXIF orientation: as a viewer shows the image. */
  readonly width: number;
  readonly height: number;
  /** Its profile says sRGB, which the pixels are taken for anyway. */
  readonly srgb: boolean;
}

/**
 * Reads what the file declares and refuses it there: a bomb of a few hundred bytes that declares gigapixels
 * never reaches a decoder.
 *
 * @throws BlipqError image_corrupt, image_dimensions
 */
export async function readHeader(bytes: Uint8Array, format: ImageFormat, limits: ImageLimits): Promise<Header> {
  const { width, height, srgb } = await declared(bytes, format);
  const { sideMin, sideMax, pixelsMax } = limits;
  if (Math.min(width, height) < sideMin || Math.max(width, height) > sideMax) {
    throw new BlipqError(
      'image_dimensions',
      `The image is ${width}×${height} pixels; each side must be ${sideMin} to ${sideMax} pixels. Resize it and try again.`,
    );
  }
  if (width * height > pixelsMax) {
    const [megapixels, max] = [width * height, pixelsMax].map((count) => (count / 1e6).toFixed(1));
    throw new BlipqError(
      'image_dimensions',
      `The image is ${width}×${height} pixels (${megapixels} megapixels); at most ${max} are taken. Resize it and try again.`,
    );
  }
  return { format, width, height, srgb };
}

async function declared(bytes: Uint8Array, format: ImageFormat) {
  try {
    const { autoOrient, icc } = await openImage(bytes, { limitInputPixels: false }).metadata();
    return { ...autoOrient, srgb: icc !== undefined && isSrgb(icc) };
  } catch (cause) {
    throw new BlipqError(
      'image_corrupt',
      `The file starts like a ${format.toUpperCase()} image, but its header cannot be read. Save the image again and retry.`,
      { cause },
    );
  }
}
