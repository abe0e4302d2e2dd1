/** The fields of a hash in Redis, such as a record's. Structured ones are JSON; times are milliseconds on Redis's clock. */
export type HashFields = Record<string, string>;

/** Fields from the flat list that Redis answers HGETALL with inside a script: name, value, … */
export function hashFields(pairs: readonly string[]): HashFields {
  const fields: HashFields = {};
  for (let i = 0; i < pairs.length; i += 2) fields[pairs[i]!] = pairs[i + 1]!;
  return fields;
}

/** The same flat list, as scripts take it. Undefined fields are left out. */
export function flatFields(fields: Record<string, string | undefined>): string[] {
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
}
