import type { z } from 'zod';
import { invalidFields } from './invalid-fields.js';
import { unknownParamMessage } from './params.js';
import { plainIssue } from './plain-issue.js';
import type { FieldError } from './problem.js';

/**
 * Parses fields that a client sent.
 *
 * @param at path of the value inside the body, before the names of its fields
 * @throws BlipqError `invalid_params` with every field that is wrong
 */
export function parseFields<Output>(schema: z.ZodType<Output>, value: unknown, at = ''): Output {
  const parsed = schema.safeParse(value, { error: plainIssue });
  if (parsed.success) return parsed.data;
  throw invalidFields(parsed.error.issues.flatMap((issue) => fieldErrors(issue, at)));
}

function fieldErrors(issue: z.core.$ZodIssue, at: string): FieldError[] {
  const path = [...(at === '' ? [] : [at]), ...issue.path.map(String)].join('.');
  if (path === '' && issue.code === 'invalid_type') return [{ field: '', message: `The body ${issue.message}.` }];
  if (issue.code !== 'unrecognized_keys') return [{ field: path.slice(0, 200), message: issue.message }];
  return issue.keys.map((key) => ({
    field: (path === '' ? key : `${path}.${key}`).slice(0, 200),
    message: unknownParamMessage(key),
  }));
}
