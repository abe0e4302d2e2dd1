import { BlipqError } from '@blipq/contracts';
import { openImage } from './codecs.js';
import type { Header } from './header.js';
import type { ImageLimits } from './limits.js';

/** Decoded pixels of an image as a viewer shows it: u8 [height, width, 3], sRGB. */
export interface Bitmap {
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes the first frame to what people see: EXIF orientation applied, ICC profiles, CMYK and grey converted to
 * sRGB, 16 bits scaled to 8, transparency over white.
 *
 * @throws BlipqError image_corrupt
 */
export async function decode(bytes: Uint8Array, header: Header, limits: ImageLimits): Promise<Bitmap> {
  const { data, info } = await openImage(bytes, { limitInputPixels: limits.pixelsMax, ignoreIcc: header.srgb })
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .timeout({ seconds: limits.decodeS })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw corrupt(header, cause);
    });
  if (info.channels !== 3) throw corrupt(header, new Error(`${info.channels} channels after conversion to sRGB`));
  return { rgb: data, width: info.width, height: info.height };
}

function corrupt({ format }: Header, cause: unknown): BlipqError {
  const slow = cause instanceof Error && cause.message.startsWith('timeout');
  const problem = slow ? 'takes too long to decode' : 'is damaged or incomplete and cannot be decoded';
  return new BlipqError(
    'image_corrupt',
    `The ${format.toUpperCase()} image ${problem}. Save it again, for example as a plain JPEG, and retry.`,
    { cause },
  );
}
