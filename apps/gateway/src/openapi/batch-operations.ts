import { batchItemsMax, batchItemsShownMax } from '@blipq/contracts';
import type { HeaderName } from './headers.js';
import type { Operation } from './operation.js';
import { gone, submitProblems } from './submit-problems.js';

const submitHeaders: HeaderName[] = ['Location', 'Preference-Applied', 'Idempotency-Replayed'];

/** What can be asked about batches. */
export const batchOperations: Operation[] = [
  {
    method: 'post',
    path: '/v1/batches',
    operationId: 'createBatch',
    tag: 'Batches',
    summary: `Submit up to ${batchItemsMax.toLocaleString('en')} captions, answers and matches`,
    description:
      'With `question` or `questions` an item is an answer, with `texts` a match, else a caption. Items that cannot be taken are listed with their errors; the others are queued. Images that are named by URL are fetched after the answer. The answer has all items.',
    parameters: ['Prefer', 'IdempotencyKey', 'CacheControl'],
    body: 'batch',
    answers: {
      200: {
        description: 'The batch, which has completed in the time that the client waited.',
        body: 'Batch',
        headers: submitHeaders,
      },
      202: { description: 'The batch.', body: 'Batch', headers: submitHeaders },
    },
    problems: [...submitProblems, 'batch_too_large', 'duplicate_key'],
  },
  {
    method: 'get',
    path: '/v1/batches',
    operationId: 'listBatches',
    tag: 'Batches',
    summary: 'List batches, newest first, without their items',
    parameters: ['Cursor', 'Limit', 'BatchState', 'CreatedAfter', 'CreatedBefore'],
    answers: { 200: { description: 'A page of batches.', body: 'BatchPage' } },
    problems: ['invalid_params'],
  },
  {
    method: 'get',
    path: '/v1/batches/{id}',
    operationId: 'getBatch',
    tag: 'Batches',
    summary: 'Read a batch with its counts, now or when it has completed',
    description: `With its items, if these are ${batchItemsShownMax} at most.`,
    parameters: ['BatchId', 'Prefer', 'IfNoneMatch'],
    answers: {
      200: { description: 'The batch.', body: 'Batch', headers: ['ETag', 'Preference-Applied'] },
      304: { description: 'Nothing has changed.', headers: ['ETag', 'Preference-Applied'] },
    },
    problems: gone,
  },
  {
    method: 'post',
    path: '/v1/batches/{id}/cancel',
    operationId: 'cancelBatch',
    tag: 'Batches',
    summary: 'Cancel everything in a batch that has not ended',
    description: 'Running items will end as canceled. A batch that is still being submitted takes no more items.',
    parameters: ['BatchId'],
    answers: {
      200: { description: 'All of it has ended, now or before.', body: 'Batch' },
      202: { description: 'Some of it is running and will end as canceled.', body: 'Batch' },
    },
    problems: gone,
  },
  {
    method: 'get',
    path: '/v1/batches/{id}/events',
    operationId: 'watchBatch',
    tag: 'Batches',
    summary: 'Watch a batch',
    description: 'Server-sent events: the batch when it changes, twice a second at most. Ends when it has completed.',
    parameters: ['BatchId', 'LastEventId'],
    answers: {
      200: { description: 'A stream of events.', body: 'text/event-stream' },
      204: { description: 'It has completed and its last event was seen: do not reconnect.' },
    },
    problems: [...gone, 'queue_full'],
  },
  {
    method: 'get',
    path: '/v1/batches/{id}/results',
    operationId: 'listBatchResults',
    tag: 'Batches',
    summary: 'Read the results of a batch as its items end',
    description:
      'NDJSON: a line for each item that has ended or was refused, in that order, until the batch has completed. With `Prefer: wait=N` the stream ends after N seconds; with `cursor` it goes on behind a line that was read.',
    parameters: ['BatchId', 'ResultsCursor', 'Prefer'],
    answers: {
      200: {
        description: 'Lines with results.',
        body: { media: 'application/x-ndjson', of: 'BatchResult' },
        headers: ['Preference-Applied'],
      },
    },
    problems: [...gone, 'invalid_params', 'queue_full'],
  },
];
