import type { Picture } from './containers/picture.js';
import { HeldObjects } from './held-objects.js';
import { interpretation, type Libvips, type Loader, VipsError, type VipsImage } from './libvips.js';
import type { Raster } from './raster.js';
import { changesColours } from './srgb-profile.js';

const loaders: Partial<Record<Picture['format'], Loader>> = {
  ...{ jpeg: 'jpeg', png: 'png', webp: 'webp', gif: 'gif', avif: 'heif', tiff: 'tiff' },
};
/** VipsFailOn. JPEG goes on to its last row whatever is missing; how much that is, is seen on the way. */
const failOn = { none: 0, error: 2 };

const endsEarly = /premature end/i;

/**
 * Decodes by libvips as rows are read, converted by an embedded profile where that is not sRGB, and from CMYK.
 *
 * @throws VipsError
 */
export function openByLibvips(libvips: Libvips, picture: Picture): Raster {
  const { format, bytes } = picture;
  libvips.complaints();
  const held = new HeldObjects(libvips);
  try {
    const loaded = held.hold(libvips.load(loaders[format]!, bytes, optionsOf(format)));
    const image = inSrgb(libvips, loaded, picture, held);
    const { width, height, bands, format: bandFormat } = libvips.describe(image);
    const region = held.hold(libvips.region(image));
    const lenient = format === 'jpeg';
    if (!lenient) libvips.complaints();
    return {
      ...{ width, height, bands, format: bandFormat },
      read(top, rows, target) {
        libvips.fetch(region, width, top, rows, target);
        // libvips leaves tiles that it cannot decode blank, and only complains.
        const complaints = lenient ? '' : libvips.complaints();
        if (complaints !== '') throw new VipsError(complaints);
      },
      endedEarly: () => endsEarly.test(libvips.complaints()),
      close: () => held.release(),
    };
  } catch (error) {
    held.release();
    throw error;
  }
}

function optionsOf(format: Picture['format']) {
  const options = { 'fail-on': format === 'jpeg' ? failOn.none : failOn.error };
  // Larger than libvips' own limits are checked before.
  if (format === 'png' || format === 'avif') return { ...options, unlimited: true };
  return options;
}

/** Colours that only libvips can convert. A profile that does not fit the pixels is ignored, as viewers do. */
function inSrgb(libvips: Libvips, image: VipsImage, picture: Picture, held: HeldObjects): VipsImage {
  const { interpretation: space, bands } = libvips.describe(image);
  if (space === interpretation.cmyk) return held.hold(libvips.iccToSrgb(image, 'cmyk'));
  const profile = picture.colour || picture.samples?.yCbCr ? undefined : libvips.blob(image, 'icc-profile-data');
  if (profile === undefined || !changesColours(profile, bands)) return image;
  try {
    return held.hold(libvips.iccToSrgb(image, 'srgb'));
  } catch (error) {
    if (error instanceof VipsError) return image;
    throw error;
  }
}
