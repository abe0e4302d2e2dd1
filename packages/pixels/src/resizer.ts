import { readFileSync } from 'node:fs';
import type { Orientation } from './orientation.js';
import { axesOf } from './orientation.js';
import { type Window, windowsOf } from './resize-windows.js';

/** Loads and stores of the passes reach this far beyond a row. */
const overrun = 32;
const pageBytes = 65_536;
/** Rows that a buffer has beyond the tallest window, so that rows are moved rarely. */
const spareRows = 64;
const windowTablesMax = 64;

interface Passes {
  readonly memory: WebAssembly.Memory;
  across(source: number, target: number, windows: number, count: number): void;
  acrossTwo(source: number, stride: number, target: number, apart: number, windows: number, count: number): void;
  down(source: number, stride: number, target: number, length: number, weights: number, pairs: number): void;
}

/** One image on its way through the resize. */
export interface Resize {
  /**
   * Where the caller puts rows, u8 [rows, width, 3] as stored, before `push(rows)`. It stays where it is until the
   * next image.
   */
  readonly input: Uint8Array;
  /** Takes the first `rows` rows of `input`. */
  push(rows: number): void;
  /** @returns u8 [S, S, 3] as shown; call it after the last row. It stays where it is until the next image. */
  result(): Uint8Array;
}

export interface ResizeOptions {
  /** Pixels as stored. */
  readonly width: number;
  readonly height: number;
  /** S, pixels of each side of the result. The aspect ratio is not kept, as BLIP was trained. */
  readonly size: number;
  readonly orientation: Orientation;
  /** Rows that `input` has room for. */
  readonly stripRows: number;
}

/**
 * Resizes row by row as Pillow resizes the whole image (BICUBIC, `reducing_gap` off), to the bit. What is in memory is
 * the rows under one vertical window, never the image.
 *
 * Pillow's first pass goes along the width of the shown image and rounds to 8 bits; only where the image is more than
 * 100 times as tall as wide it goes along the height (`Image.resize` of 12.3; 13 exchanges them more often). Where an
 * orientation exchanges the axes, the shown width is the stored height, and the result is transposed at the end.
 */
export class Resizer {
  readonly #passes: Passes;
  /** Of the sizes of late: most images of a service have few different ones. */
  readonly #windows = new Map<string, Window[]>();
  /** The form of the image before, whose tables are in memory, and where its weights for `down` are. */
  #form = '';
  #downWeights: number[] = [];

  constructor() {
    const module = new WebAssembly.Module(readFileSync(new URL('../dist/resample.wasm', import.meta.url)));
    this.#passes = new WebAssembly.Instance(module).exports as unknown as Passes;
  }

  start({ width, height, size, orientation, stripRows }: ResizeOptions): Resize {
    const { flipX, flipY, transposed } = axesOf(orientation);
    const layout = new Layout();
    const columns = this.#windowsOf(width, size, flipX);
    const rows = this.#windowsOf(height, size, flipY);
    const rowBytes = 3 * width;
    const tall = transposed ? width > 100 * height && width > size : height > 100 * width && height > size;
    const downFirst = transposed !== tall;
    const stride = align(downFirst ? rowBytes : 3 * size);
    const tallest = rows.reduce((most, { weights }) => Math.max(most, weights.length), 0);
    const capacity = tallest + 1 + spareRows;
    const at = {
      input: layout.take(stripRows * rowBytes),
      buffer: layout.take((capacity + 1) * stride),
      row: layout.take(Math.max(rowBytes, 3 * size)),
      output: layout.take(3 * size * size),
      windows: layout.take(16 * size),
      across: layout.take(columns.reduce((sum, { weights }) => sum + 16 * groupsOf(weights, 4), 0)),
      down: layout.take(rows.reduce((sum, { weights }) => sum + 8 * groupsOf(weights, 2), 0)),
    };
    const { memory, across, acrossTwo, down } = this.#passes;
    reserve(memory, layout.bytes);
    const bytes = new Uint8Array(memory.buffer);
    const form = `${width} ${height} ${size} ${orientation} ${stripRows}`;
    if (form !== this.#form) {
      writeAcross(memory, at.windows, at.across, columns);
      this.#downWeights = writeDown(memory, at.down, rows);
      this.#form = form;
    }
    const downWeights = this.#downWeights;

    let [first, held, next] = [0, 0, 0];
    const emit = () => {
      for (; next < size; next++) {
        const { out, start, weights } = rows[next]!;
        if (start + weights.length > first + held) return;
        const source = at.buffer + (start - first) * stride;
        const target = at.output + 3 * size * out;
        const pairs = groupsOf(weights, 2);
        if (downFirst) {
          down(source, stride, at.row, rowBytes, downWeights[next]!, pairs);
          across(at.row, target, at.windows, size);
        } else {
          // Sixteen bytes at a time may write beyond the row, over rows that are there already.
          down(source, stride, at.row, 3 * size, downWeights[next]!, pairs);
          bytes.copyWithin(target, at.row, at.row + 3 * size);
        }
      }
    };
    const makeRoom = () => {
      const needed = rows[Math.min(next, size - 1)]!.start;
      const dropped = Math.min(Math.max(needed - first, 0), held);
      bytes.copyWithin(at.buffer, at.buffer + dropped * stride, at.buffer + held * stride);
      first += dropped;
      held -= dropped;
    };
    return {
      input: bytes.subarray(at.input, at.input + stripRows * rowBytes),
      push: (count) => {
        for (let row = 0; row < count; ) {
          if (held + 2 > capacity) makeRoom();
          const source = at.input + row * rowBytes;
          const target = at.buffer + held * stride;
          const taken = downFirst || row + 1 === count ? 1 : 2;
          if (downFirst) bytes.copyWithin(target, source, source + rowBytes);
          else if (taken === 2) acrossTwo(source, rowBytes, target, stride, at.windows, size);
          else across(source, target, at.windows, size);
          held += taken;
          row += taken;
          emit();
        }
      },
      result: () => {
        if (next < size) throw new Error(`${first + held} of ${height} rows came`);
        const output = bytes.subarray(at.output, at.output + 3 * size * size);
        return transposed ? transpose(output, size) : output;
      },
    };
  }

  #windowsOf(length: number, size: number, flipped: boolean): Window[] {
    const key = `${length} ${size} ${flipped}`;
    const windows = this.#windows.get(key) ?? windowsOf(length, size, flipped);
    if (this.#windows.size >= windowTablesMax) this.#windows.clear();
    this.#windows.set(key, windows);
    return windows;
  }
}

/** Places in the module's memory, one after the other. */
class Layout {
  bytes = pageBytes;

  take(length: number): number {
    const at = this.bytes;
    this.bytes = align(at + length + overrun);
    return at;
  }
}

const align = (bytes: number) => (bytes + 15) & ~15;
const groupsOf = (weights: readonly number[], size: number) => Math.ceil(weights.length / size);

function reserve(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
}

/** Windows and weights as `across` reads them. */
function writeAcross(memory: WebAssembly.Memory, windowsAt: number, weightsAt: number, windows: Window[]): void {
  const view = new DataView(memory.buffer);
  let at = weightsAt;
  windows.forEach(({ out, start, weights }, index) => {
    const groups = groupsOf(weights, 4);
    const entry = [3 * start, 3 * out, groups, at];
    entry.forEach((word, place) => void view.setUint32(windowsAt + 16 * index + 4 * place, word, true));
    for (let tap = 0; tap < 4 * groups; tap += 2, at += 8) writePair(view, at, weights[tap], weights[tap + 1]);
  });
}

/** Weights as `down` reads them. @returns where those of each window are */
function writeDown(memory: WebAssembly.Memory, weightsAt: number, windows: Window[]): number[] {
  const view = new DataView(memory.buffer);
  let at = weightsAt;
  return windows.map(({ weights }) => {
    const begin = at;
    for (let tap = 0; tap < weights.length; tap += 2, at += 8) writePair(view, at, weights[tap], weights[tap + 1]);
    return begin;
  });
}

/** Two weights: their high parts, then their low ones. */
function writePair(view: DataView, at: number, a = 0, b = 0): void {
  view.setInt16(at, a >> 13, true);
  view.setInt16(at + 2, b >> 13, true);
  view.setInt16(at + 4, a & 8191, true);
  view.setInt16(at + 6, b & 8191, true);
}

function transpose(rgb: Uint8Array, size: number): Uint8Array {
  const shown = new Uint8Array(rgb.length);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [from, to] = [3 * (x * size + y), 3 * (y * size + x)];
      shown[to] = rgb[from]!;
      shown[to + 1] = rgb[from + 1]!;
      shown[to + 2] = rgb[from + 2]!;
    }
  }
  return shown;
}
