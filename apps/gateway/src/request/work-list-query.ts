import { workState } from '@blipq/contracts';
import { z } from 'zod';

/** The query of `GET /v1/captions`, as texts that spell the right values. */
export const workListQuery = z.strictObject({
  cursor: z.string().min(1).max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).optional().meta({ type: 'integer', default: 20 }),
  state: workState.optional(),
});
export type WorkListQuery = z.infer<typeof workListQuery>;
