import { answerId, batchId, batchState, captionId, deliveryId, deliveryState, matchId } from '@blipq/contracts';
import { idempotencyKey } from '../request/idempotency-key.js';
import { waitMaxS } from '../request/preferred-wait.js';
import { resultsQuery, workListQuery } from '../request/work-list-query.js';
import { inline } from './schema-components.js';

export interface Parameter {
  name: string;
  in: string;
  required: boolean;
  description: string;
  schema: object;
}

const header = (name: string, description: string, schema: object = { type: 'string' }): Parameter => ({
  name,
  in: 'header',
  required: false,
  description,
  schema,
});

const query = (name: keyof typeof workListQuery.shape, description: string): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: inline(workListQuery.shape[name]),
});

const inPath = (name: string, description: string, schema: object): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema,
});

/** Everything that goes beside a body, by the name it has in the document. */
export const parameters = {
  CaptionId: inPath('id', 'The id of a caption. A UUID stands for the id of the same 128 bits.', inline(captionId)),
  AnswerId: inPath('id', 'The id of an answer.', inline(answerId)),
  MatchId: inPath('id', 'The id of a match.', inline(matchId)),
  BatchId: inPath('id', 'The id of a batch.', inline(batchId)),
  DeliveryId: inPath('id', 'The id of a delivery, which is its `webhook-id`.', inline(deliveryId)),
  ModelId: inPath('id', 'The name of a model.', { type: 'string' }),
  Prefer: header(
    'Prefer',
    `\`wait=N\` (RFC 7240): answer when it has ended, or after N seconds, at most ${waitMaxS}; \`wait\` alone: after ${waitMaxS}.`,
  ),
  IdempotencyKey: header(
    'Idempotency-Key',
    'Repeating a request with the same key and content creates nothing and is answered with what the first created.',
    inline(idempotencyKey),
  ),
  CacheControl: header(
    'Cache-Control',
    '`no-cache`: have the model run even if the result of an equal request is there already.',
  ),
  IfNoneMatch: header('If-None-Match', 'The ETag of an earlier answer: 304 while nothing has changed.'),
  LastEventId: header('Last-Event-ID', 'The id of the last received event; the stream continues after it.'),
  Cursor: query('cursor', 'The `next_cursor` of the page before.'),
  ResultsCursor: {
    ...query('cursor', 'The `cursor` of the line that was read last.'),
    schema: inline(resultsQuery.shape.cursor) as object,
  },
  Limit: query('limit', 'How many on a page.'),
  State: query('state', 'Only those in this state.'),
  OfBatch: query('batch_id', 'Only what was submitted with this batch.'),
  CreatedAfter: query('created_after', 'Only what was created after this time.'),
  CreatedBefore: query('created_before', 'Only what was created before this time.'),
  BatchState: { ...query('state', 'Only batches in this state.'), schema: inline(batchState) as object },
  DeliveryState: { ...query('state', 'Only deliveries in this state.'), schema: inline(deliveryState) as object },
};
export type ParameterName = keyof typeof parameters;
