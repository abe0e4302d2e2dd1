import { type ColourConversion, conversionFrom, fromYCbCr } from './colour-spaces.js';
import { ContainerError, type Picture, type Rectangle } from './containers/picture.js';
import { type BandFormat, sampleBytes } from './libvips.js';
import type { Raster } from './raster.js';

/** Turns rows as a decoder gives them into u8 sRGB, three bytes a pixel, over white where they are transparent. */
export interface RowsToRgb {
  /** Converts `rows` rows from `top` on. */
  convert(samples: Uint8Array, top: number, rows: number, rgb: Uint8Array): void;
}

/** Samples of a pixel: how many there are, how many are its colour, and which one is alpha. */
interface Channels {
  readonly bands: number;
  readonly colours: 1 | 3;
  readonly alpha: number | undefined;
}

/** Numbers of any kind; `max` is full light. */
interface Samples {
  readonly values: ArrayLike<number>;
  readonly max: number;
}

/**
 * @param max full light
 * @returns undefined where rows are such already
 */
export function rowsToRgb(raster: Raster, picture: Picture, max: number): RowsToRgb | undefined {
  const channels = channelsOf(raster, picture);
  const conversion = picture.samples?.yCbCr ? fromYCbCr : picture.colour && conversionFrom(picture.colour);
  const plain = raster.format === 'u8' && raster.bands === 3;
  if (plain && !conversion && !picture.drawn) return undefined;
  const { width, bands, format } = raster;
  return {
    convert(bytes, top, rows, rgb) {
      const samples = { values: numbersOf(bytes.subarray(0, rows * width * bands * sampleBytes[format]), format), max };
      if (conversion) convertColours(samples, channels, conversion, rgb);
      else scaleColours(samples, channels, rgb);
      if (channels.alpha !== undefined) overWhite(samples, channels, rgb, picture.premultiplied === true);
      if (picture.drawn) whiten(picture.drawn, width, top, rows, rgb);
    },
  };
}

/** TIFF says which samples are what. In other formats two and four samples are a colour and alpha. */
function channelsOf({ bands }: Raster, { samples }: Picture): Channels {
  if (samples && samples.colours <= bands) {
    const alpha = samples.alpha !== undefined && samples.alpha < bands ? samples.alpha : undefined;
    return { bands, colours: samples.colours >= 3 ? 3 : 1, alpha };
  }
  return { bands, colours: bands >= 3 ? 3 : 1, alpha: bands === 2 || bands === 4 ? bands - 1 : undefined };
}

/** Samples as numbers, in this machine's byte order. */
export function numbersOf(bytes: Uint8Array, format: BandFormat) {
  const array = arrays[format as keyof typeof arrays];
  if (array === undefined) throw new ContainerError('holds samples that are no plain numbers');
  return new array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength / sampleBytes[format]);
}

const arrays = {
  // Signed bytes are shown as unsigned ones, as Pillow does.
  ...{ u8: Uint8Array, i8: Uint8Array, u16: Uint16Array, i16: Int16Array },
  ...{ u32: Uint32Array, i32: Int32Array, f32: Float32Array, f64: Float64Array },
} as const;

/** To 8 bits by what full light is; 16 bits lose their lower half, as in Pillow. */
function scaleColours({ values, max }: Samples, { bands, colours }: Channels, rgb: Uint8Array): void {
  const [green, blue] = colours === 3 ? [1, 2] : [0, 0];
  const scale = max === 65_535 ? 1 / 256 : 255 / max;
  for (let from = 0, to = 0; from < values.length; from += bands, to += 3) {
    rgb[to] = toByte(values[from]! * scale);
    rgb[to + 1] = toByte(values[from + green]! * scale);
    rgb[to + 2] = toByte(values[from + blue]! * scale);
  }
}

/** Not a number is black. */
function toByte(level: number): number {
  return level > 0 ? Math.min(level, 255) : 0;
}

function convertColours(
  { values, max }: Samples,
  channels: Channels,
  convert: ColourConversion,
  rgb: Uint8Array,
): void {
  const { bands, colours } = channels;
  const [green, blue] = colours === 3 ? [1, 2] : [0, 0];
  const scale = 65_535 / max;
  for (let from = 0, to = 0; from < values.length; from += bands, to += 3) {
    convert(
      to16(values[from]! * scale),
      to16(values[from + green]! * scale),
      to16(values[from + blue]! * scale),
      rgb,
      to,
    );
  }
}

function to16(level: number): number {
  return level > 0 ? Math.min(Math.round(level), 65_535) : 0;
}

/** Blends with white. Premultiplied colours only lack the white's share. */
function overWhite(
  { values, max }: Samples,
  { bands, alpha }: Channels,
  rgb: Uint8Array,
  premultiplied: boolean,
): void {
  for (let from = alpha!, to = 0; from < values.length; from += bands, to += 3) {
    const share = values[from]! / max;
    if (share >= 1) continue;
    const white = 255 * (1 - share);
    for (let channel = to; channel < to + 3; channel++) {
      const level = rgb[channel]!;
      rgb[channel] = Math.min((premultiplied ? level : level * share) + white + 0.5, 255);
    }
  }
}

/** What was never drawn is the page behind the picture. */
function whiten(drawn: Rectangle, width: number, top: number, rows: number, rgb: Uint8Array): void {
  for (let y = 0; y < rows; y++) {
    const row = rgb.subarray(3 * width * y, 3 * width * (y + 1));
    const inside = top + y >= drawn.top && top + y < drawn.top + drawn.height;
    if (!inside) row.fill(255);
    else row.fill(255, 0, 3 * drawn.left).fill(255, 3 * (drawn.left + drawn.width));
  }
}
