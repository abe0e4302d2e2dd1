import { BlipqError } from '@blipq/contracts';
import { checkDimensions, checkMemory } from './check-cost.js';
import { ContainerError, UnsupportedKind } from './containers/picture.js';
import { readPicture } from './containers/read-picture.js';
import { HeifError } from './heic-raster.js';
import { type Libvips, VipsError } from './libvips.js';
import type { ImageLimits } from './limits.js';
import { openRaster } from './open-raster.js';
import { rasterToPixels } from './raster-to-pixels.js';
import type { Resizer } from './resizer.js';
import { type ImageFormat, sniff } from './sniff.js';

export interface Pixels {
  /** u8 [S, S, 3], sRGB, rows from the top. */
  readonly rgb: Uint8Array;
  /** Pixels of the original as it is shown. */
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
  /** The file ends before its last pixels: a few rows, or fine detail, are missing. */
  readonly truncated?: true;
}

export interface DecodingParts {
  readonly limits: ImageLimits;
  readonly libvips: Libvips;
  readonly resizer: Resizer;
  /** Whether this decode may take what a large image takes. */
  readonly large: boolean;
}

/**
 * Encoded image bytes → S×S pixels. Each step refuses before the next one does more work; rows go through the last ones
 * one strip at a time. The pixels stay where they are until the resizer's next image.
 *
 * @throws BlipqError missing_image, image_too_large, unsupported_media_type, image_dimensions, image_too_costly,
 *   image_corrupt
 * @throws LargeImage
 */
export function imageToPixels(
  bytes: Uint8Array,
  size: number,
  { limits, libvips, resizer, large }: DecodingParts,
): Pixels {
  const format = sniff(bytes, limits);
  return explained(format, () => {
    const picture = readPicture(bytes, format);
    checkDimensions(picture, limits);
    checkMemory(picture, limits, large);
    const open = () => openRaster(libvips, picture);
    return { format: picture.format, ...rasterToPixels(open, picture, size, { limits, resizer }) };
  });
}

/** Says of the image what containers and decoders say of its bytes. */
function explained<T>(format: ImageFormat, work: () => T): T {
  const name = format.toUpperCase();
  try {
    return work();
  } catch (cause) {
    if (cause instanceof UnsupportedKind) {
      throw new BlipqError('unsupported_media_type', `The ${name} image ${cause.message}.`, { cause });
    }
    if (cause instanceof ContainerError) {
      throw corrupt(`The ${name} image ${cause.message}.`, cause);
    }
    // Offsets that lead out of the file.
    if (cause instanceof RangeError) throw corrupt(`The ${name} image ends inside its header.`, cause);
    if (cause instanceof VipsError || cause instanceof HeifError) {
      throw corrupt(`The ${name} image is damaged or incomplete and cannot be decoded.`, cause);
    }
    throw cause;
  }
}

function corrupt(problem: string, cause: unknown): BlipqError {
  return new BlipqError('image_corrupt', `${problem} Save it again, for example as a plain JPEG, and retry.`, {
    cause,
  });
}
