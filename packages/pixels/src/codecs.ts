import sharp, { type Sharp } from 'sharp';

const codecs = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff'];

/** Settings of libvips for the whole process: call once, before the first image. */
export function restrictCodecs(): void {
  // The pool's threads are the parallelism, and no image comes twice.
  sharp.concurrency(1);
  sharp.cache(false);
  // Only decoders of formats that are sniffed may run, whatever a file turns out to contain.
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: codecs.map((codec) => `VipsForeignLoad${codec}Buffer`) });
}

/**
 * Opens the first frame of an image; nothing is decoded yet. Decoding fails on truncated and on invalid pixels,
 * but not on warnings, which many cameras' files raise.
 *
 * `limitInputPixels`: false where only the header is going to be read, so that its numbers can be told. `ignoreIcc`:
 * the profile is known to change nothing.
 */
export function openImage(
  bytes: Uint8Array,
  options: { limitInputPixels: number | false; ignoreIcc?: boolean },
): Sharp {
  return sharp(bytes, { pages: 1, failOn: 'error', ...options });
}
