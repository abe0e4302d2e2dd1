import type { z } from 'zod';
import { invalidFields } from './invalid-fields.js';
import { unknownParamMessage } from './params.js';
import { plainIssue } from './plain-issue.js';
import type { FieldError } from './problem.js';

const halfCharacter = 'has half a character (a lone surrogate)';

/**
 * Parses fields that a client sent.
 *
 * @param at path of the value inside the body, before the names of its fields
 * @throws BlipqError `invalid_params` with the first fields that are wrong
 */
export function parseFields<Output>(schema: z.ZodType<Output>, value: unknown, at = ''): Output {
  const odd = unkeepable(value, at);
  if (odd !== undefined) throw invalidFields([odd]);
  const parsed = schema.safeParse(value, { error: plainIssue });
  if (parsed.success) return parsed.data;
  throw invalidFields(fieldErrors(parsed.error.issues, at));
}

/**
 * A field named `__proto__`, which Zod would leave out without a word, or one with half a character (a lone surrogate),
 * which JSON can spell and neither UTF-8 nor Redis's scripts can.
 */
function unkeepable(value: unknown, at: string): FieldError | undefined {
  if (typeof value === 'string' && !value.isWellFormed()) return { field: at, message: halfCharacter };
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  for (const [name, one] of Object.entries(value)) {
    const path = at === '' ? name : `${at}.${name}`;
    if (name === '__proto__') return { field: path, message: 'is not a name that can be used' };
    const found = name.isWellFormed() ? unkeepable(one, path) : { field: path, message: halfCharacter };
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Makes no more of them than the answer lists. */
function* fieldErrors(issues: z.core.$ZodIssue[], at: string): Generator<FieldError> {
  for (const issue of issues) {
    // What is wrong with a name is said of the object that has it: the name may be empty.
    const place = issue.code === 'invalid_key' ? issue.path.slice(0, -1) : issue.path;
    const path = [...(at === '' ? [] : [at]), ...place.map(String)].join('.');
    if (path === '' && issue.code === 'invalid_type') yield { field: '', message: `The body ${issue.message}.` };
    else if (issue.code !== 'unrecognized_keys') yield { field: path, message: issue.message };
    else {
      for (const key of issue.keys) {
        yield { field: path === '' ? key : `${path}.${key}`, message: unknownParamMessage(key) };
      }
    }
  }
}
