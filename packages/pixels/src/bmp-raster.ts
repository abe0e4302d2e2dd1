import { type BmpLayout, bmpLayout } from './containers/bmp.js';
import { ContainerError, viewOf } from './containers/picture.js';
import type { Raster } from './raster.js';

/**
 * Decodes a Windows bitmap row by row to u8 RGBA. The small libraries for it misread rows of odd width, offsets and
 * palettes, and hold the whole image; the format is as simple as this.
 */
export function openBmp(bytes: Uint8Array): Raster {
  const layout = bmpLayout(bytes);
  const { width, height, bottomUp } = layout;
  const row =
    layout.compression === 'rle8' || layout.compression === 'rle4'
      ? runLengthRows(bytes, layout)
      : plainRows(bytes, layout);
  return {
    ...{ width, height, bands: 4, format: 'u8' },
    read(top, rows, target) {
      for (let y = 0; y < rows; y++) {
        const stored = bottomUp ? height - 1 - (top + y) : top + y;
        row(stored, target.subarray(4 * width * y, 4 * width * (y + 1)));
      }
    },
    endedEarly: () => false,
    close() {},
  };
}

/** Writes a stored row as RGBA. */
type RowReader = (row: number, rgba: Uint8Array) => void;

function plainRows(bytes: Uint8Array, layout: BmpLayout): RowReader {
  const { width, height, bitsPerPixel, pixelsAt, palette } = layout;
  const stride = Math.ceil((width * bitsPerPixel) / 32) * 4;
  // The padding of the last row may be left out.
  if (pixelsAt + stride * (height - 1) + Math.ceil((width * bitsPerPixel) / 8) > bytes.length) {
    throw new ContainerError('ends before its last row');
  }
  const begin = (row: number) => pixelsAt + stride * row;
  if (bitsPerPixel <= 8) {
    const mask = 2 ** bitsPerPixel - 1;
    return (row, rgba) => {
      for (let x = 0; x < width; x++) {
        const bit = x * bitsPerPixel;
        const index = (bytes[begin(row) + (bit >> 3)]! >> (8 - bitsPerPixel - (bit & 7))) & mask;
        setColour(rgba, x, palette, index);
      }
    };
  }
  if (bitsPerPixel === 24) {
    return (row, rgba) => {
      for (let x = 0, at = begin(row); x < width; x++, at += 3) {
        setPixel(rgba, x, bytes[at + 2]!, bytes[at + 1]!, bytes[at]!, 255);
      }
    };
  }
  return maskedRows(bytes, layout, begin);
}

/** 16 and 32 bits per pixel, with channels wherever their masks say. */
function maskedRows(
  bytes: Uint8Array,
  { width, masks, bitsPerPixel }: BmpLayout,
  begin: (row: number) => number,
): RowReader {
  const view = viewOf(bytes);
  const [red, green, blue] = masks.slice(0, 3).map(channelOf) as [Channel, Channel, Channel];
  const alpha = masks[3] === 0 ? () => 255 : channelOf(masks[3]);
  return (row, rgba) => {
    const at = begin(row);
    for (let x = 0; x < width; x++) {
      const value = bitsPerPixel === 16 ? view.getUint16(at + 2 * x, true) : view.getUint32(at + 4 * x, true);
      setPixel(rgba, x, red(value), green(value), blue(value), alpha(value));
    }
  };
}

type Channel = (value: number) => number;

/** The bits under a mask, scaled to 0 … 255. */
function channelOf(mask: number): Channel {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const max = mask >>> shift;
  return (value) => Math.round((((value & mask) >>> shift) * 255) / max);
}

/** Rows of a run-length encoded bitmap, which are written in any order. What was never written is transparent. */
function runLengthRows(bytes: Uint8Array, { width, height, compression, pixelsAt, palette }: BmpLayout): RowReader {
  const [indices, drawn] = [new Uint8Array(width * height), new Uint8Array(Math.ceil((width * height) / 8))];
  const nibbles = compression === 'rle4';
  let [x, y, at] = [0, 0, pixelsAt];
  const put = (index: number) => {
    if (x < width && y < height) {
      const place = y * width + x;
      indices[place] = index;
      drawn[place >> 3]! |= 1 << (place & 7);
    }
    x++;
  };
  const half = (byte: number, place: number) => (place % 2 === 0 ? byte >> 4 : byte & 15);
  while (y < height) {
    const [count, value] = [bytes[at], bytes[at + 1]];
    if (count === undefined || value === undefined) throw new ContainerError('ends before its last row');
    at += 2;
    if (count > 0) for (let i = 0; i < count; i++) put(nibbles ? half(value, i) : value);
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) break;
    else if (value === 2) [x, y, at] = [x + (bytes[at] ?? 0), y + (bytes[at + 1] ?? 0), at + 2];
    else {
      for (let i = 0; i < value; i++) put(nibbles ? half(bytes[at + (i >> 1)] ?? 0, i) : (bytes[at + i] ?? 0));
      const length = nibbles ? Math.ceil(value / 2) : value;
      at += length + (length & 1);
    }
  }
  return (row, rgba) => {
    for (let x = 0; x < width; x++) {
      const place = row * width + x;
      setColour(rgba, x, palette, indices[place]!);
      if (((drawn[place >> 3]! >> (place & 7)) & 1) === 0) rgba[4 * x + 3] = 0;
    }
  };
}

function setColour(rgba: Uint8Array, x: number, palette: Uint8Array, index: number): void {
  setPixel(rgba, x, palette[3 * index]!, palette[3 * index + 1]!, palette[3 * index + 2]!, 255);
}

function setPixel(rgba: Uint8Array, x: number, red: number, green: number, blue: number, alpha: number): void {
  rgba[4 * x] = red;
  rgba[4 * x + 1] = green;
  rgba[4 * x + 2] = blue;
  rgba[4 * x + 3] = alpha;
}
