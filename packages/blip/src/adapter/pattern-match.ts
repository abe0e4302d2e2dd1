import { runInNewContext } from 'node:vm';
import { ModelError } from '../model-error.js';

/** Far above what any sensible expression needs for a few hundred names. */
const MATCH_MS_MAX = 2_000;

/**
 * For each name the first pattern that matches its end, as peft's get_pattern_key finds it: `(.*\.)?(pattern)$`. Patterns
 * come from a file, so that one that would never end is given up.
 *
 * @param path the file that has the patterns, for messages
 * @throws ModelError `config_invalid`
 */
export function firstMatches(path: string, patterns: readonly string[], names: readonly string[]): Map<string, string> {
  if (patterns.length === 0) return new Map();
  // Only text goes in and out.
  const script = `JSON.stringify(((patterns, names) => {
    const tests = patterns.map((pattern) => new RegExp('^(.*\\\\.)?(' + pattern + ')$', 's'));
    return names.map((name) => tests.findIndex((test) => test.test(name)));
  })(...JSON.parse(input)))`;
  let found: number[];
  try {
    found = JSON.parse(
      runInNewContext(script, { input: JSON.stringify([patterns, names]) }, { timeout: MATCH_MS_MAX }),
    );
  } catch (cause) {
    const message = `${path} has a pattern that cannot be used: ${(cause as Error).message}`;
    throw new ModelError('config_invalid', message, { cause });
  }
  return new Map(names.flatMap((name, index) => (found[index]! < 0 ? [] : [[name, patterns[found[index]!]!]])));
}
