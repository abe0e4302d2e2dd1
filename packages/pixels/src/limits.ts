/** What an image may be. Everything here is checked before a pixel is decoded, except the time. */
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
}

export const defaultLimits: ImageLimits = {
  imageBytesMax: 10 * 1024 * 1024,
  pixelsMax: 50_000_000,
  sideMin: 16,
  sideMax: 16_384,
  decodeS: 20,
};
