import { createHash, type Hash } from 'node:crypto';

/**
 * SHA-256 of what a JSON value says: the order of names, white space and how a number is written make no difference. Bytes
 * may stand where a value may.
 */
export function jsonHash(value: unknown): string {
  const hash = createHash('sha256');
  add(hash, value);
  return hash.digest('hex');
}

function add(hash: Hash, value: unknown): void {
  // With their lengths, bytes and texts cannot run into one another.
  if (value instanceof Uint8Array) hash.update(`#${value.length}:`).update(value);
  else if (typeof value === 'string') hash.update(`"${value.length}:`).update(value);
  else if (Array.isArray(value)) {
    hash.update('[');
    for (const one of value) add(hash, one);
    hash.update(']');
  } else if (typeof value === 'object' && value !== null) {
    hash.update('{');
    for (const name of Object.keys(value).sort()) {
      const one = (value as Record<string, unknown>)[name];
      if (one === undefined) continue;
      add(hash, name);
      add(hash, one);
    }
    hash.update('}');
  } else hash.update(`${String(value)},`);
}
