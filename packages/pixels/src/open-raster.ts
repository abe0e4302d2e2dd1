import { openBmp } from './bmp-raster.js';
import { ContainerError, type Picture, type Rectangle } from './containers/picture.js';
import { openHeic } from './heic-raster.js';
import { type Libvips, sampleBytes } from './libvips.js';
import { openByLibvips } from './libvips-raster.js';
import type { Raster } from './raster.js';

/** Starts the decoder of a picture's format. @throws VipsError, HeifError, ContainerError */
export function openRaster(libvips: Libvips, picture: Picture): Raster {
  if (picture.format === 'bmp') return openBmp(picture.bytes);
  if (picture.format === 'heic') return openHeic(libvips, picture);
  const raster = openByLibvips(libvips, picture);
  const { drawn, width, height } = picture;
  return drawn && (drawn.width < width || drawn.height < height) ? onCanvas(raster, picture, drawn) : raster;
}

/** The rows of a canvas of which only a part is drawn. What is not drawn is left as it is in the target. */
function onCanvas(part: Raster, { width, height }: Picture, drawn: Rectangle): Raster {
  const isWhole = part.width === drawn.width && part.height === drawn.height;
  if (!isWhole && drawn.width * drawn.height > 0) {
    part.close();
    throw new ContainerError('has a frame of another size than it says');
  }
  const pixelBytes = part.bands * sampleBytes[part.format];
  const rowBytes = drawn.width * pixelBytes;
  return {
    ...part,
    ...{ width, height },
    read(top, rows, target) {
      const [from, end] = [Math.max(top, drawn.top), Math.min(top + rows, drawn.top + drawn.height)];
      if (from >= end || rowBytes === 0) return;
      const samples = new Uint8Array((end - from) * rowBytes);
      part.read(from - drawn.top, end - from, samples);
      for (let y = from; y < end; y++) {
        const row = samples.subarray((y - from) * rowBytes, (y - from + 1) * rowBytes);
        target.set(row, ((y - top) * width + drawn.left) * pixelBytes);
      }
    },
  };
}
