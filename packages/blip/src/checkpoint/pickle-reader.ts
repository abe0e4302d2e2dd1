/** What is wrong with a pickle, in words that continue "its pickle …". */
export class PickleError extends Error {
  override readonly name = 'PickleError';
  /** Well-formed, but something that we do not take. */
  readonly refused: boolean;

  constructor(detail: string, refused = false) {
    super(detail);
    this.refused = refused;
  }
}

/** Longer than any tensor's name. */
const STRING_BYTES_MAX = 4096;

/** The arguments of pickle opcodes, read in order and never past the end. */
export class PickleReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new PickleError('ends in the middle');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  u8(): number {
    return this.#take(1).readUInt8();
  }

  u16(): number {
    return this.#take(2).readUInt16LE();
  }

  u32(): number {
    return this.#take(4).readUInt32LE();
  }

  i32(): number {
    return this.#take(4).readInt32LE();
  }

  /** A length of 8 bytes; one that no file has is as good as infinite. */
  u64(): number {
    return Number(this.#take(8).readBigUInt64LE());
  }

  /** BINFLOAT alone is big-endian. */
  f64(): number {
    return this.#take(8).readDoubleBE();
  }

  /** A two's complement integer of `length` bytes. */
  integer(length: number): number {
    if (length > 8) throw new PickleError(`has an integer of ${length} bytes`, true);
    let value = 0n;
    for (const [i, byte] of this.#take(length).entries()) value |= BigInt(byte) << BigInt(8 * i);
    const number = Number(BigInt.asIntN(8 * length, value));
    if (!Number.isSafeInteger(number)) throw new PickleError(`has the integer ${number}`, true);
    return number;
  }

  text(length: number): string {
    if (length > STRING_BYTES_MAX) throw new PickleError(`has a string of ${length} bytes`, true);
    return decode(this.#take(length));
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw new PickleError('ends in the middle');
    const text = this.text(end - this.#at);
    this.#at = end + 1;
    return text;
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new PickleError('has a string that is not UTF-8');
  }
}
