/**
 * Bytes of the second segment and of those behind it. The first one is as long as the first piece, at most as the second:
 * most lines of a batch come in one piece.
 */
const segmentBytes = [16 * 1024, 256 * 1024] as const;

/**
 * Bytes that come in pieces, copied into segments as they come: a sender that makes every byte a piece would otherwise
 * cost a hundred times its bytes.
 */
export class GrowingBytes {
  readonly #bytesMax: number;
  #segments: Uint8Array[] = [];
  /** Bytes of the last segment that are in use. */
  #used = 0;
  #length = 0;

  /** @param bytesMax beyond it, bytes are counted and not kept */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** How many bytes came, kept or not. */
  get length(): number {
    return this.#length;
  }

  get tooLong(): boolean {
    return this.#length > this.#bytesMax;
  }

  push(piece: Uint8Array): void {
    this.#length += piece.length;
    if (this.tooLong) this.#segments = [];
    else for (let at = 0; at < piece.length; ) at += this.#fill(piece.subarray(at));
  }

  /** All of them, in memory of their own, which can move to another thread instead of being copied. */
  take(): Buffer {
    const [only] = this.#segments;
    if (this.#segments.length === 1 && only!.length === this.#length) {
      this.#segments = [];
      return Buffer.from(only!.buffer);
    }
    const whole = new Uint8Array(this.tooLong ? 0 : this.#length);
    let at = 0;
    for (const segment of this.#segments) {
      whole.set(segment.subarray(0, whole.length - at), at);
      at += segment.length;
    }
    this.#segments = [];
    return Buffer.from(whole.buffer);
  }

  /** Puts as much as there is room for into the last segment, and says how much that was. */
  #fill(piece: Uint8Array): number {
    let last = this.#segments.at(-1);
    if (last === undefined || this.#used === last.length) {
      const [second, further] = segmentBytes;
      const bytes = [Math.min(piece.length, second), second][this.#segments.length] ?? further;
      last = new Uint8Array(bytes);
      this.#segments.push(last);
      this.#used = 0;
    }
    const part = piece.subarray(0, last.length - this.#used);
    last.set(part, this.#used);
    this.#used += part.length;
    return part.length;
  }
}
