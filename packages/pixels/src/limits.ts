import { imageBytesMax } from '@blipq/contracts';

/** What an image may be, and what one decode may cost. */
export interface ImageLimits {
  readonly imageBytesMax: number;
  /** Width × height. */
  readonly pixelsMax: number;
  /** Pixels; shorter sides hold nothing to caption. */
  readonly sideMin: number;
  /** Pixels. */
  readonly sideMax: number;
  /** Seconds one decode may take: the bound for files that are small, valid and yet slow. */
  readonly decodeS: number;
  /** Bytes a decoder may take for an ordinary image, beyond what it holds without one. */
  readonly memoryBytes: number;
  /** Bytes a decoder may take for a large image; only one of those is decoded at a time. */
  readonly largeMemoryBytes: number;
}

const mib = 1024 * 1024;

export const defaultLimits: ImageLimits = {
  imageBytesMax,
  pixelsMax: 75_000_000,
  sideMin: 16,
  sideMax: 16_384,
  decodeS: 20,
  memoryBytes: 128 * mib,
  largeMemoryBytes: 512 * mib,
};
