import { createHash, type Hash } from 'node:crypto';

/** Characters that are put together before they are hashed: of many short texts, each by itself would cost more. */
const gathered = 4096;

/**
 * SHA-256 of what a JSON value says: the order of names, white space and how a number is written make no difference. Bytes
 * may stand where a value may.
 */
export function jsonHash(value: unknown): string {
  const sum = new Sum();
  add(sum, value);
  return sum.digest();
}

/** A hash of texts and bytes. */
class Sum {
  readonly #hash: Hash = createHash('sha256');
  #text = '';

  text(text: string): void {
    this.#text += text;
    if (this.#text.length > gathered) this.#flush();
  }

  bytes(bytes: Uint8Array): void {
    this.#flush();
    this.#hash.update(bytes);
  }

  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    this.#hash.update(this.#text);
    this.#text = '';
  }
}

function add(sum: Sum, value: unknown): void {
  // With their lengths, bytes and texts cannot run into one another.
  if (value instanceof Uint8Array) {
    sum.text(`#${value.length}:`);
    sum.bytes(value);
  } else if (typeof value === 'string') {
    sum.text(`"${value.length}:`);
    sum.text(value);
  } else if (Array.isArray(value)) {
    sum.text('[');
    for (const one of value) add(sum, one);
    sum.text(']');
  } else if (typeof value === 'object' && value !== null) {
    sum.text('{');
    for (const name of Object.keys(value).sort()) {
      const one = (value as Record<string, unknown>)[name];
      if (one === undefined) continue;
      add(sum, name);
      add(sum, one);
    }
    sum.text('}');
  } else sum.text(`${String(value)},`);
}
