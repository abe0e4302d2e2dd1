import type { z } from 'zod';

const kinds: Record<string, string> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/**
 * The end of a sentence that begins with a field's name and says what is wrong with the field, because Zod's own
 * messages are for programmers. As the `error` of a parse it leaves the messages that a schema defines unchanged.
 */
export function plainIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined ? 'is required' : `must be ${kinds[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === 'invalid_value')
    return `must be ${issue.values
      .map(String)
      .join(', ')
      .replace(/, ([^,]*)$/, ' or $1')}`;
  if (issue.code === 'too_small') return bound('at least', issue.minimum, issue.origin);
  if (issue.code === 'too_big') return bound('at most', issue.maximum, issue.origin);
  if (issue.code === 'invalid_key') return `has a name that ${issue.issues[0]?.message}`;
  if (issue.code === 'invalid_union') return alternatives(issue.errors) ?? 'has a form that is not taken here';
  if (issue.code === 'invalid_format') return 'is not written as it must be';
  return undefined;
}

/** What a value may be, where each alternative of a union says so of the whole value. */
function alternatives(errors: z.core.$ZodIssue[][]): string | undefined {
  const messages = errors.map(
    ([first, ...others]) => (others.length === 0 && !first?.path.length && first?.message) || '',
  );
  if (!messages.every((message) => message.startsWith('must be '))) return undefined;
  return `must be ${[...new Set(messages)].map((message) => message.slice('must be '.length)).join(', or ')}`;
}

function bound(words: 'at least' | 'at most', limit: number | bigint, origin: string): string {
  if (origin !== 'string' && origin !== 'array') return `must be ${words} ${limit}`;
  if (words === 'at least' && Number(limit) === 1) return 'is empty';
  return `must have ${words} ${limit} ${origin === 'string' ? 'characters' : 'items'}`;
}
