import { ContainerError, type Picture, UnsupportedKind, viewOf } from './picture.js';

/** BITMAPINFOHEADER's `biCompression`. */
const compressions = ['none', 'rle8', 'rle4', 'bitfields', 'jpeg', 'png', 'bitfields'] as const;

/** Where a bitmap's pixels are, and what they mean. */
export interface BmpLayout {
  readonly width: number;
  readonly height: number;
  readonly bottomUp: boolean;
  readonly bitsPerPixel: number;
  readonly compression: 'none' | 'rle8' | 'rle4' | 'bitfields';
  /** Of red, green, blue and alpha, for 16 and 32 bits. Alpha's is 0 where there is none. */
  readonly masks: readonly [number, number, number, number];
  /** Colours of the palette, u8 [entries, 3]. */
  readonly palette: Uint8Array;
  readonly pixelsAt: number;
}

/** Windows bitmaps, of headers 1 (OS/2) to 5. */
export function readBmp(bytes: Uint8Array): Picture {
  const { width, height, bitsPerPixel, compression } = bmpLayout(bytes);
  return {
    ...{ format: 'bmp', bytes, width, height, orientation: 1 },
    memoryBytes: compression.startsWith('rle') ? width * height : Math.ceil((4 * width * bitsPerPixel) / 8),
  };
}

export function bmpLayout(bytes: Uint8Array): BmpLayout {
  const view = viewOf(bytes);
  const headerBytes = view.getUint32(14, true);
  const core = headerBytes === 12;
  // OS/2 2.x may leave out the end of its header, which then is all zero.
  const field = (at: number) => (at + 4 <= 14 + headerBytes ? view.getUint32(at, true) : 0);
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bitsPerPixel = view.getUint16(core ? 24 : 28, true);
  const method = compressions[field(30)];
  // OS/2 2.x counts otherwise: 3 is Huffman, 4 is RLE of 24 bits.
  if (method === undefined || method === 'jpeg' || method === 'png' || (headerBytes === 64 && method === 'bitfields')) {
    throw new UnsupportedKind('is compressed by a method that is not supported. Save it as a PNG');
  }
  if (![1, 2, 4, 8, 16, 24, 32].includes(bitsPerPixel)) throw new ContainerError(`has ${bitsPerPixel} bits per pixel`);
  if (method.startsWith('rle') && bitsPerPixel !== (method === 'rle8' ? 8 : 4)) {
    throw new ContainerError(`has ${bitsPerPixel} bits per pixel, which its compression does not allow`);
  }
  return {
    ...{ width, height: Math.abs(signedHeight), bottomUp: signedHeight > 0, bitsPerPixel, compression: method },
    masks: masksOf(view, headerBytes >= 56 || field(30) === 6, bitsPerPixel, method === 'bitfields'),
    palette: paletteOf(bytes, 14 + headerBytes, bitsPerPixel, core ? 3 : 4, field(46)),
    pixelsAt: view.getUint32(10, true),
  };
}

function masksOf(view: DataView, hasAlpha: boolean, bits: number, given: boolean): BmpLayout['masks'] {
  if (!given) return bits === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0xff00, 0xff, 0];
  const mask = (index: number) => view.getUint32(54 + 4 * index, true);
  return [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0];
}

function paletteOf(bytes: Uint8Array, at: number, bits: number, entryBytes: number, declared: number): Uint8Array {
  if (bits > 8) return new Uint8Array();
  const count = Math.min(declared === 0 ? 2 ** bits : declared, 2 ** bits);
  const palette = new Uint8Array(3 * 256);
  for (let entry = 0; entry < count; entry++) {
    const [blue = 0, green = 0, red = 0] = bytes.subarray(at + entryBytes * entry, at + entryBytes * entry + 3);
    palette.set([red, green, blue], 3 * entry);
  }
  return palette;
}
