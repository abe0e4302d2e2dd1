const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The id of a new resource: a prefix and a ULID. One that is made of a key is the same each time, and needs a secure
 * context in browsers.
 */
export async function newId(prefix: string, key?: string): Promise<string> {
  let now = 0;
  let bytes: Uint8Array;
  if (key === undefined) {
    now = Date.now();
    bytes = crypto.getRandomValues(new Uint8Array(26));
  } else bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${prefix}:${key}`)));
  const ulid = Array.from({ length: 26 }, (_, i) => {
    const value = i < 10 ? Math.floor(now / 32 ** (9 - i)) : bytes[i]!;
    return digits[value & 31];
  });
  return `${prefix}_${ulid.join('')}`;
}
