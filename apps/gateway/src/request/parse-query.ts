import type { Request } from 'express';
import type { z } from 'zod';
import { invalidFields, parseFields } from './caption-request.js';
import { queryOf } from './read-work.js';

/** @throws BlipqError `invalid_params` with every field that is wrong, unknown, or there twice */
export function parseQuery<S extends z.ZodType>(schema: S, req: Request): z.infer<S> {
  const query = queryOf(req);
  const repeated = query.filter(([, values]) => values.length > 1);
  if (repeated.length > 0) {
    throw invalidFields(repeated.map(([field]) => ({ field, message: 'was sent more than once' })));
  }
  return parseFields(schema, Object.fromEntries(query.map(([field, [value]]) => [field, value])));
}
