import type { Orientation } from '../orientation.js';
import type { ImageFormat } from '../sniff.js';

/** Colour as ITU-T H.273 numbers it: what nclx boxes of AVIF and HEIC and cICP chunks of PNG say. */
export interface Cicp {
  readonly primaries: number;
  readonly transfer: number;
}

/** What a file says about its first picture, read from its container before any decoder sees a byte. */
export interface Picture {
  readonly format: ImageFormat;
  /** The file, or a copy without what the pixels do not need: text, thumbnails, later frames. */
  readonly bytes: Uint8Array;
  /** Pixels as stored. */
  readonly width: number;
  readonly height: number;
  /** How the stored pixels are to be shown; 1 where the decoder applies it itself. */
  readonly orientation: Orientation;
  /** Bytes that decoding holds at once, beside the file and a few rows, from above. */
  readonly memoryBytes: number;
  readonly colour?: Cicp;
  /** The colours are multiplied by alpha already. */
  readonly premultiplied?: boolean;
  /**
   * TIFF: samples of a pixel that are colour, and which one is alpha. The others are not shown. `yCbCr`: the colour is
   * luma and two differences, which the decoder leaves as they are.
   */
  readonly samples?: { readonly colours: number; readonly alpha?: number; readonly yCbCr?: boolean };
  /** Pixels outside this rectangle were never drawn. */
  readonly drawn?: Rectangle;
  /** HEIC: the part of the stored pixels that is shown. */
  readonly crop?: Rectangle;
  /** JPEG: whether the file holds every coefficient, in part at least. Undefined: decoding has to tell. */
  readonly complete?: boolean;
}

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Parts that are not pixels: chunks, segments, boxes, directory entries. Real files have tens. */
export const partsMax = 100_000;
/** Bytes of a colour profile, inflated. The largest in use, of printers, have about 3 MB. */
export const profileBytesMax = 4 * 1024 * 1024;

/** What is wrong with a file, in the words that follow "The JPEG image …". */
export class ContainerError extends Error {
  override readonly name = 'ContainerError';
}

/** A valid file of a kind that is not taken; the words follow "The TIFF image …", and say what to do instead. */
export class UnsupportedKind extends Error {
  override readonly name = 'UnsupportedKind';
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** One character per byte. */
export function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

/** Bytes with some ranges left out; the very same array where nothing is. */
export class Selection {
  readonly #bytes: Uint8Array;
  readonly #kept: Uint8Array[] = [];
  #from = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Leaves out `start` to `end`. Ranges come in order. */
  drop(start: number, end: number): void {
    this.#kept.push(this.#bytes.subarray(this.#from, start));
    this.#from = end;
  }

  /** Leaves out what follows `end`, and puts `tail` there. */
  cut(end: number, tail: Uint8Array): void {
    if (end >= this.#bytes.length) return;
    this.drop(end, this.#bytes.length);
    this.#kept.push(tail);
  }

  bytes(): Uint8Array {
    if (this.#kept.length === 0) return this.#bytes;
    return Buffer.concat([...this.#kept, this.#bytes.subarray(this.#from)]);
  }
}
