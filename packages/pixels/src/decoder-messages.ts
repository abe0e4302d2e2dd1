import type { ProblemCode } from '@blipq/contracts';
import type { Pixels } from './image-to-pixels.js';

/**
 * What a pool and its decoder processes say to each other over the process's standard input and output.
 *
 * A request is four u32 (bytes of the image, S, 1 for a large image, 0) and the image. A reply is two u32 (bytes of its
 * JSON and of its pixels), the JSON and the pixels. All in little-endian; one request at a time. Where the two share a
 * file in memory, pixels are at its beginning instead.
 */
export interface DecodeRequest {
  readonly bytes: Uint8Array;
  readonly size: number;
  /** Whether it may take the memory of a large image. */
  readonly large: boolean;
}

/** A decoder's descriptor of the file that it shares with the pool. */
export const pixelFile = 3;
export const requestHeadBytes = 16;
export const replyHeadBytes = 8;

/** A refusal loses its class on the way, so it crosses as data. */
export type DecodeReply = DecodeResult & {
  /** The process ends with this reply, because it would hold too much of the image. */
  readonly retires?: boolean;
  /** The pixels are in the file that the two processes share. */
  readonly inFile?: boolean;
  /** Time on processors that the process has had, in milliseconds. */
  readonly cpuMs?: number;
};

export type DecodeResult =
  | { readonly status: 'done'; readonly image: Omit<Pixels, 'rgb'> }
  | { readonly status: 'refused'; readonly code: ProblemCode; readonly detail: string }
  /** The image is within the limits of a large one only. */
  | { readonly status: 'large' }
  | { readonly status: 'failed'; readonly message: string }
  /** The process has loaded: its first reply, which answers no request. */
  | { readonly status: 'ready' };

export function requestHead({ bytes, size, large }: DecodeRequest): Uint8Array {
  return new Uint8Array(Uint32Array.of(bytes.length, size, large ? 1 : 0, 0).buffer);
}
