import type { ProblemCode } from '@blipq/contracts';
import { deliveryOperations } from './delivery-operations.js';
import type { ParameterName } from './parameters.js';
import type { ComponentName } from './schema-components.js';

/** One documented answer. `body`: a named JSON schema, or a media type with text. */
export interface Answer {
  description: string;
  body?: ComponentName | 'text/event-stream';
  headers?: HeaderName[];
}
export type HeaderName =
  | 'ETag'
  | 'Location'
  | 'Preference-Applied'
  | 'Idempotency-Replayed'
  | 'RateLimit'
  | 'RateLimit-Policy'
  | 'Retry-After';

export interface Operation {
  method: 'get' | 'post' | 'put' | 'delete';
  path: string;
  operationId: string;
  tag: 'Captions' | 'Batches' | 'Webhooks' | 'Models';
  summary: string;
  description?: string;
  parameters?: ParameterName[];
  body?: 'caption' | 'batch';
  answers: Record<number, Answer>;
  /** Beside those that every operation has. */
  problems?: ProblemCode[];
}

const submitProblems: ProblemCode[] = [
  'malformed_json',
  'malformed_multipart',
  'missing_image',
  'bad_idempotency_key',
  'idempotency_in_progress',
  'image_too_large',
  'unsupported_media_type',
  'invalid_params',
  'unknown_model',
  'image_corrupt',
  'image_dimensions',
  'url_blocked',
  'fetch_failed',
  'fetch_timeout',
  'idempotency_key_reused',
  'tenant_queue_full',
  'queue_full',
  'model_unavailable',
];
const submitHeaders: HeaderName[] = ['Location', 'Preference-Applied', 'Idempotency-Replayed'];
const submitAnswers: Record<number, Answer> = {
  200: { description: 'The caption has ended already.', body: 'Caption', headers: submitHeaders },
  202: { description: 'The caption is queued; read it at its Location.', body: 'Caption', headers: submitHeaders },
};
const gone: ProblemCode[] = ['not_found', 'result_expired'];

/** Every operation of `/v1`. */
export const operations: Operation[] = [
  {
    method: 'post',
    path: '/v1/captions',
    operationId: 'createCaption',
    tag: 'Captions',
    summary: 'Submit an image',
    description:
      'As a multipart file, as JSON with a URL or base64, or as the image itself with everything else in the query.',
    parameters: ['Prefer', 'IdempotencyKey', 'CacheControl'],
    body: 'caption',
    answers: submitAnswers,
    problems: submitProblems,
  },
  {
    method: 'get',
    path: '/v1/captions',
    operationId: 'listCaptions',
    tag: 'Captions',
    summary: 'List captions, newest first',
    parameters: ['Cursor', 'Limit', 'State'],
    answers: { 200: { description: 'A page of captions.', body: 'CaptionPage' } },
    problems: ['invalid_params'],
  },
  {
    method: 'put',
    path: '/v1/captions/{id}',
    operationId: 'putCaption',
    tag: 'Captions',
    summary: 'Submit an image under an id of your own',
    description: 'The id is `cap_` and a ULID that you made. Repeating the request creates nothing.',
    parameters: ['CaptionId', 'Prefer', 'CacheControl'],
    body: 'caption',
    answers: submitAnswers,
    problems: [...submitProblems, ...gone],
  },
  {
    method: 'get',
    path: '/v1/captions/{id}',
    operationId: 'getCaption',
    tag: 'Captions',
    summary: 'Read a caption, now or when it has ended',
    parameters: ['CaptionId', 'Prefer', 'IfNoneMatch'],
    answers: {
      200: { description: 'The caption.', body: 'Caption', headers: ['ETag', 'Preference-Applied'] },
      304: { description: 'Nothing has changed.', headers: ['ETag', 'Preference-Applied'] },
    },
    problems: gone,
  },
  {
    method: 'delete',
    path: '/v1/captions/{id}',
    operationId: 'deleteCaption',
    tag: 'Captions',
    summary: 'Delete a caption',
    description:
      'In any state. One that has not ended is canceled first; its image, result and idempotency key go too.',
    parameters: ['CaptionId'],
    answers: { 204: { description: 'It is gone.' } },
    problems: gone,
  },
  {
    method: 'post',
    path: '/v1/captions/{id}/cancel',
    operationId: 'cancelCaption',
    tag: 'Captions',
    summary: 'Cancel a caption',
    parameters: ['CaptionId'],
    answers: {
      200: { description: 'It is canceled, now or before.', body: 'Caption' },
      202: { description: 'It is running and will end as canceled.', body: 'Caption' },
    },
    problems: [...gone, 'already_terminal'],
  },
  {
    method: 'post',
    path: '/v1/captions/{id}/retry',
    operationId: 'retryCaption',
    tag: 'Captions',
    summary: 'Try a caption again that did not succeed, as a new caption',
    parameters: ['CaptionId', 'IdempotencyKey'],
    answers: {
      202: { description: 'The new caption.', body: 'Caption', headers: ['Location', 'Idempotency-Replayed'] },
    },
    problems: [
      ...gone,
      ...(['not_terminal', 'input_expired', 'bad_idempotency_key', 'idempotency_in_progress'] as const),
      ...(['idempotency_key_reused', 'tenant_queue_full', 'queue_full'] as const),
    ],
  },
  {
    method: 'get',
    path: '/v1/captions/{id}/events',
    operationId: 'watchCaption',
    tag: 'Captions',
    summary: 'Watch a caption',
    description: 'Server-sent events: one for every change, each with the whole caption. Ends when the caption has.',
    parameters: ['CaptionId', 'LastEventId'],
    answers: {
      200: { description: 'A stream of events.', body: 'text/event-stream' },
      204: { description: 'The caption has ended and its last event was seen: do not reconnect.' },
    },
    problems: gone,
  },
  {
    method: 'post',
    path: '/v1/batches',
    operationId: 'createBatch',
    tag: 'Batches',
    summary: 'Submit up to 100 images',
    description: 'Items that cannot be taken are listed with their errors; the others are queued.',
    parameters: ['IdempotencyKey', 'CacheControl'],
    body: 'batch',
    answers: { 202: { description: 'The batch.', body: 'Batch', headers: ['Location', 'Idempotency-Replayed'] } },
    problems: [...submitProblems, 'batch_too_large'],
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
