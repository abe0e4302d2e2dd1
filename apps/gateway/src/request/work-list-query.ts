import { batchId, batchState, workState } from '@blipq/contracts';
import { z } from 'zod';
import { spelledNumber } from './spelled-number.js';

const moment = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-01-31T09:30:00Z' });

/** What every list takes, as texts that spell the right values. */
export const listQuery = z.strictObject({
  cursor: z.string().min(1).max(200).optional(),
  limit: z.preprocess(spelledNumber, z.int().min(1).max(100)).optional().meta({ type: 'integer', default: 20 }),
});

const createdBetween = { created_after: moment.optional(), created_before: moment.optional() };

/** The query of `GET /v1/captions`. */
export const workListQuery = listQuery.extend({
  state: workState.optional(),
  batch_id: batchId.optional(),
  ...createdBetween,
});

/** The query of `GET /v1/batches`. */
export const batchListQuery = listQuery.extend({ state: batchState.optional(), ...createdBetween });

/** The same as the queue takes it. */
export function listingOf<Query extends { created_after?: string | undefined; created_before?: string | undefined }>({
  created_after,
  created_before,
  ...query
}: Query) {
  return {
    ...query,
    ...(created_after !== undefined && { createdAfter: new Date(created_after) }),
    ...(created_before !== undefined && { createdBefore: new Date(created_before) }),
  };
}

/** The query of `GET /v1/batches/{id}/results`: the `cursor` of the line that was read last. */
export const resultsQuery = z.strictObject({
  cursor: z.preprocess(spelledNumber, z.int().min(0).max(1_000_000)).optional().meta({ type: 'integer', default: 0 }),
});
