import { task } from '@blipq/contracts';
import { batchOperations } from './batch-operations.js';
import { deliveryOperations } from './delivery-operations.js';
import type { Operation } from './operation.js';
import { smallJsonProblems } from './submit-problems.js';
import { workOperations } from './work-operations.js';

/** Every operation of `/v1`. */
export const operations: Operation[] = [
  ...task.options.flatMap(workOperations),
  ...batchOperations,
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
    summary: 'Read a model',
    parameters: ['ModelId'],
    answers: { 200: { description: 'The model.', body: 'Model' } },
    problems: ['not_found'],
  },
];
