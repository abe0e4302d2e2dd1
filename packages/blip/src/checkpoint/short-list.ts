const NAMES_SHOWN = 10;

/** `a, b, c`, and how many there are beyond ten. */
export function shortList(names: readonly string[]): string {
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return `${names.slice(0, NAMES_SHOWN).join(', ')}${more}`;
}

/** `2 missing: a, b`, as a short list. */
export function counted(what: string, names: readonly string[]): string {
  return `${names.length} ${what}: ${shortList(names)}`;
}
