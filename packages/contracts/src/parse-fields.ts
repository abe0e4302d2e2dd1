import type { z } from 'zod';
import { invalidField, invalidFields } from './invalid-fields.js';
import { unknownParamMessage } from './params.js';
import { plainIssue } from './plain-issue.js';
import type { FieldError } from './problem.js';

/**
 * Parses fields that a client sent.
 *
 * @param at path of the value inside the body, before the names of its fields
 * @throws BlipqError `invalid_params` with the first fields that are wrong
 */
export function parseFields<Output>(schema: z.ZodType<Output>, value: unknown, at = ''): Output {
  const odd = unkeepable(value, at);
  if (odd !== undefined) throw invalidField(odd, 'is not a name that can be used');
  const parsed = schema.safeParse(value, { error: plainIssue });
  if (parsed.success) return parsed.data;
  throw invalidFields(fieldErrors(parsed.error.issues, at));
}

/** The path of a field named `__proto__`, which Zod would leave out without a word. */
function unkeepable(value: unknown, at: string): string | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  for (const [name, one] of Object.entries(value)) {
    const path = at === '' ? name : `${at}.${name}`;
    const found = name === '__proto__' ? path : unkeepable(one, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Makes no more of them than the answer lists. */
function* fieldErrors(issues: z.core.$ZodIssue[], at: string): Generator<FieldError> {
  for (const issue of issues) {
    const path = [...(at === '' ? [] : [at]), ...issue.path.map(String)].join('.');
    if (path === '' && issue.code === 'invalid_type') yield { field: '', message: `The body ${issue.message}.` };
    else if (issue.code !== 'unrecognized_keys') yield { field: path, message: issue.message };
    else {
      for (const key of issue.keys) {
        yield { field: path === '' ? key : `${path}.${key}`, message: unknownParamMessage(key) };
      }
    }
  }
}
