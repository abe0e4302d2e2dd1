import type { ImageFormat } from '../sniff.js';
import { readBmp } from './bmp.js';
import { readGif } from './gif.js';
import { readIsobmff } from './isobmff.js';
import { readJpeg } from './jpeg.js';
import type { Picture } from './picture.js';
import { readPng } from './png.js';
import { readTiff } from './tiff.js';
import { readWebp } from './webp.js';

const readers: Readonly<Record<ImageFormat, (bytes: Uint8Array) => Picture>> = {
  ...{ jpeg: readJpeg, png: readPng, webp: readWebp, gif: readGif, avif: readIsobmff, heic: readIsobmff },
  ...{ tiff: readTiff, bmp: readBmp },
};

/**
 * Reads what a file says about its first picture, in time and memory proportional to the file, whatever it declares.
 *
 * @throws ContainerError, UnsupportedKind; RangeError where an offset leads out of the file
 */
export function readPicture(bytes: Uint8Array, format: ImageFormat): Picture {
  return readers[format](bytes);
}
