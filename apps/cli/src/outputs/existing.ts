/** What becomes of a caption that is there. */
export type Existing = 'skip' | 'overwrite' | 'append';

/**
 * A caption behind the one that is there.
 *
 * @returns undefined where it stands there already: a run that was killed after it had written it goes on without
 *   writing it twice
 */
export function appended(before: string | undefined, separator: string, text: string): string | undefined {
  if (before === text || before?.endsWith(separator + text)) return undefined;
  return before ? before + separator + text : text;
}
