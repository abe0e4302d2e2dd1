import type { BandFormat } from './libvips.js';

/** A decoder at work: rows from the top, as stored. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  readonly format: BandFormat;
  /** Writes the samples of `rows` rows from `top` on, in this machine's byte order. Rows come in order, each once. */
  read(top: number, rows: number, target: Uint8Array): void;
  /** Whether a decoder has reported since the last call that data ends too early. */
  endedEarly(): boolean;
  close(): void;
}
