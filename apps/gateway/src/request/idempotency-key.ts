import { BlipqError } from '@blipq/contracts';
import type { Request } from 'express';
import { z } from 'zod';

/** Visible ASCII, quotes of the draft's structured-field form included. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/);

/** The request's `Idempotency-Key` or undefined. @throws BlipqError `bad_idempotency_key` */
export function idempotencyKeyOf(req: Request): string | undefined {
  const header = req.get('idempotency-key');
  if (header === undefined) return undefined;
  const key = idempotencyKey.safeParse(header.trim());
  if (key.success) return key.data;
  throw new BlipqError('bad_idempotency_key', 'Idempotency-Key takes 1 to 255 visible ASCII characters.');
}
