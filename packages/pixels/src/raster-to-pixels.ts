import { checkDimensions } from './check-cost.js';
import { ContainerError, type Picture } from './containers/picture.js';
import { type BandFormat, sampleBytes } from './libvips.js';
import type { ImageLimits } from './limits.js';
import type { Raster } from './raster.js';
import type { Resizer } from './resizer.js';
import { numbersOf, rowsToRgb } from './rows-to-rgb.js';

/** Bytes of the rows that are decoded at a time. */
const stripBytes = 384 * 1024;
/** Strips of a picture at least, so that where a file ends is known well enough. */
const stripsMin = 24;
/** Share of its rows that a JPEG must have. */
const rowsNeeded = 0.75;
/** Floating-point pictures reach from 0 to 1, with some light beyond, unless their numbers are those of 8 or 16 bits. */
const floatOvershoot = 16;
/** Full light of samples whose format says it. */
const plainLevels: Partial<Record<BandFormat, number>> = { u8: 255, i8: 255, u16: 65_535 };

/**
 * Decodes a picture strip by strip into the resize.
 *
 * @param open starts its decoder; called twice where full light has to be found first
 * @throws ContainerError where too much is missing, and what decoders throw
 */
export function rasterToPixels(
  open: () => Raster,
  picture: Picture,
  size: number,
  { limits, resizer }: { limits: ImageLimits; resizer: Resizer },
) {
  const first = open();
  const levels = plainLevels[first.format];
  const max = levels ?? fullLight(first);
  const raster = levels === undefined ? open() : first;
  try {
    const { width, height } = raster;
    checkDimensions(raster, limits);
    const { orientation } = picture;
    const rowBytes = width * raster.bands * sampleBytes[raster.format];
    const stripRows = stripRowsOf(height, rowBytes);
    const resize = resizer.start({ width, height, size, orientation, stripRows });
    const toRgb = rowsToRgb(raster, picture, max);
    const samples = toRgb ? new Uint8Array(stripRows * rowBytes) : resize.input;
    let cutAt: number | undefined;
    for (let top = 0; top < height; top += stripRows) {
      const rows = Math.min(stripRows, height - top);
      raster.read(top, rows, samples);
      if (raster.endedEarly()) cutAt ??= top;
      toRgb?.convert(samples, top, rows, resize.input);
      resize.push(rows);
    }
    const truncated = cutAt !== undefined && isUsable(picture, cutAt / height);
    const shown = orientation >= 5 ? { width: height, height: width } : { width, height };
    return { rgb: resize.result(), ...shown, ...(truncated && { truncated }) };
  } finally {
    raster.close();
  }
}

function stripRowsOf(height: number, rowBytes: number): number {
  const rows = Math.min(stripBytes / rowBytes, height / stripsMin);
  return Math.min(Math.max(8 * Math.ceil(rows / 8), 8), height);
}

/** @throws ContainerError for a file that lacks more than its last rows */
function isUsable({ complete }: Picture, sound: number): true {
  if (complete ?? sound >= rowsNeeded) return true;
  throw new ContainerError('ends in the middle of its pixels');
}

/** Finds what full light is among numbers of any range, and closes the raster. */
function fullLight(raster: Raster): number {
  const { width, height, bands, format } = raster;
  try {
    const rowBytes = width * bands * sampleBytes[format];
    const rows = stripRowsOf(height, rowBytes);
    const strip = new Uint8Array(rows * rowBytes);
    let most = 0;
    for (let top = 0; top < height; top += rows) {
      const count = Math.min(rows, height - top);
      raster.read(top, count, strip);
      for (const value of numbersOf(strip.subarray(0, count * rowBytes), format)) if (value > most) most = value;
    }
    if (format.startsWith('f') && most < floatOvershoot) return 1;
    return [255, format === 'i16' ? 32_767 : 65_535].find((max) => most <= max) ?? (Number.isFinite(most) ? most : 1);
  } finally {
    raster.close();
  }
}
