/** The fields of a hash in Redis, such as a record's. Structured ones are JSON; times are milliseconds on Redis's clock. */
export type HashFields = Record<string, string>;

/** Fields from the flat list that Redis answers HGETALL with inside a script: name, value, … */
export function hashFields(pairs: readonly string[]): HashFields {
  const fields: HashFields = {};
  for (let i = 0; i < pairs.length; i += 2) fields[pairs[i]!] = pairs[i + 1]!;
  return fields;
}

/** The same flat list, as scripts take it. Undefined fields are left out, and all but those of these `names`. */
export function flatFields(fields: Record<string, string | undefined>, names = Object.keys(fields)): string[] {
  const flat: string[] = [];
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined) flat.push(name, value);
  }
  return flat;
}

/**
 * The fields of hashes that have the same names, as flat lists: once those that are the same in all of them, and of each
 * the others.
 */
export function sharedFields(hashes: readonly Record<string, string | undefined>[]) {
  const [first = {}] = hashes;
  const [shared, own]: [string[], string[]] = [[], []];
  for (const name of Object.keys(first)) {
    const isShared = hashes.every((fields) => fields[name] === first[name]);
    (isShared ? shared : own).push(name);
  }
  return { shared: flatFields(first, shared), own: hashes.map((fields) => flatFields(fields, own)) };
}
