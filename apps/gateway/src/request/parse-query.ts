import { invalidFields, parseFields } from '@blipq/contracts';
import type { Request } from 'express';
import type { z } from 'zod';

/** @throws BlipqError `invalid_params` with every field that is wrong, unknown, or there twice */
export function parseQuery<Output>(schema: z.ZodType<Output>, req: Request): Output {
  const query = queryOf(req);
  const repeated = query.filter(([, values]) => values.length > 1);
  if (repeated.length > 0) {
    throw invalidFields(repeated.map(([field]) => ({ field, message: 'was sent more than once' })));
  }
  return parseFields(schema, Object.fromEntries(query.map(([field, [value]]) => [field, value])));
}

/**
 * Refuses what nobody would read.
 *
 * @param body where such fields go
 * @throws BlipqError `invalid_params` with every field of the query
 */
export function refuseQuery(req: Request, body: string): void {
  const query = queryOf(req);
  if (query.length === 0) return;
  throw invalidFields(query.map(([field]) => ({ field, message: `stands in the query; send it in ${body}` })));
}

/** The query as it was sent: every field with all its values. */
export function queryOf(req: Request): [field: string, values: string[]][] {
  return Object.entries(req.query as Record<string, string | string[]>).map(([field, value]) => [
    field,
    Array.isArray(value) ? value : [value],
  ]);
}
