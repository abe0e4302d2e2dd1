import { openBmp } from './bmp-raster.js';
import type { Picture } from './containers/picture.js';
import { openHeic } from './heic-raster.js';
import type { Libvips } from './libvips.js';
import { openByLibvips } from './libvips-raster.js';
import type { Raster } from './raster.js';

/** Starts the decoder of a picture's format. @throws VipsError, HeifError, ContainerError */
export function openRaster(libvips: Libvips, picture: Picture): Raster {
  if (picture.format === 'bmp') return openBmp(picture.bytes);
  return picture.format === 'heic' ? openHeic(libvips, picture) : openByLibvips(libvips, picture);
}
