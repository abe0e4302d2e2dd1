import { task } from '@blipq/contracts';
import { deliveryOperations } from './delivery-operations.js';
import type { Operation } from './operation.js';
import { gone, smallJsonProblems, submitProblems } from './submit-problems.js';
import { workOperations } from './work-operations.js';

/** Every operation of `/v1`. */
export const operations: Operation[] = [
  ...task.options.flatMap(workOperations),
  {
    method: 'post',
    path: '/v1/batches',
    operationId: 'createBatch',
    tag: 'Batches',
    summary: 'Submit up to 100 captions, answers and matches',
    description:
      'With `question` or `questions` an item is an answer, with `texts` a match, else a caption. Items that cannot be taken are listed with their errors; the others are queued.',
    parameters: ['IdempotencyKey', 'CacheControl'],
    body: 'batch',
    answers: { 202: { description: 'The batch.', body: 'Batch', headers: ['Location', 'Idempotency-Replayed'] } },
    problems: [...submitProblems, 'batch_too_large'],
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
    summary: 'Read a batch with its counts',
    parameters: ['BatchId', 'IfNoneMatch'],
    answers: {
      200: { description: 'The batch.', body: 'Batch', headers: ['ETag'] },
      304: { description: 'Nothing has changed.', headers: ['ETag'] },
    },
    problems: gone,
  },
  ...deliveryOperations,
  {
    method: 'post',
    path: '/v1/events/token',
    operationId: 'createEventToken',
    tag: 'Events',
    summary: 'Make a short-lived token with which a browser watches events',
    description:
      'EventSource cannot send an API key. With the token as `token` in the query, and no key, the events of the key’s work and batches can be watched, or of `subject` alone, and nothing else can be done.',
    body: 'eventToken',
    answers: { 201: { description: 'The token, which is shown once.', body: 'EventToken' } },
    problems: [...smallJsonProblems, 'queue_full'],
  },
  {
    method: 'get',
    path: '/v1/models',
    operationId: 'listModels',
    tag: 'Models',
    summary: 'List the models, the newest first',
    answers: { 200: { description: 'All models that workers have registered.', body: 'ModelPage' } },
  },
  {
    method: 'get',
    path: '/v1/models/{id}',
    operationId: 'getModel',
    tag: 'Models',
    summary: 'Read what is known of a model',
    parameters: ['ModelId'],
    answers: { 200: { description: 'The model.', body: 'Model' } },
    problems: ['not_found'],
  },
];
