import type { Readable } from 'node:stream';

export interface Body {
  bytes: Uint8Array;
  /** False if there was more than was asked for; `bytes` then holds what came first. */
  complete: boolean;
}

const FIRST_BYTES = 64 * 1024;

/**
 * Reads at most `bytesMax` bytes of a stream and destroys it if there are more. The bytes are copied into one
 * buffer as they come: a sender that makes every byte a chunk would otherwise cost a hundred times its bytes.
 *
 * @param charge called with the length of each chunk before it is kept; what it throws ends the reading
 */
export async function readResponseBody(
  stream: Readable,
  bytesMax: number,
  charge: (bytes: number) => void = () => undefined,
): Promise<Body> {
  let buffer = new Uint8Array(Math.min(FIRST_BYTES, bytesMax));
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    const kept = chunk.subarray(0, bytesMax - length);
    charge(kept.length);
    if (length + kept.length > buffer.length) {
      const larger = new Uint8Array(Math.min(Math.max(2 * buffer.length, length + kept.length), bytesMax));
      larger.set(buffer.subarray(0, length));
      buffer = larger;
    }
    buffer.set(kept, length);
    length += kept.length;
    if (kept.length < chunk.length) return { bytes: buffer, complete: false };
  }
  return { bytes: buffer.slice(0, length), complete: true };
}
