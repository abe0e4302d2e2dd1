import { type Task, taskNames } from '@blipq/contracts';
import type { HeaderName } from './headers.js';
import type { DocumentedAnswer, Operation } from './operation.js';
import { gone, submitProblems } from './submit-problems.js';

const submitHeaders: HeaderName[] = ['Location', 'Preference-Applied', 'Idempotency-Replayed'];

function submitAnswers(body: 'Caption' | 'Answer' | 'Match'): Record<number, DocumentedAnswer> {
  return {
    200: { description: 'It has ended already.', body, headers: submitHeaders },
    202: { description: 'It is queued; read it at its Location.', body, headers: submitHeaders },
  };
}

const words = {
  captioning: { tag: 'Captions', Noun: 'Caption', one: 'a caption', summary: 'Submit an image' },
  question_answering: { tag: 'Answers', Noun: 'Answer', one: 'an answer', summary: 'Ask about an image' },
  image_text_retrieval: { tag: 'Matches', Noun: 'Match', one: 'a match', summary: 'Compare texts with an image' },
} as const;

/** The operations of captions, of answers or of matches: the same life under another name. */
export function workOperations(task: Task): Operation[] {
  const { object, collection, idPrefix } = taskNames[task];
  const { tag, Noun, one, summary } = words[task];
  return [
    {
      method: 'post',
      path: `/v1/${collection}`,
      operationId: `create${Noun}`,
      tag,
      summary,
      description:
        'As a multipart file, as JSON with a URL or base64, or as the image itself with everything else in the query.',
      parameters: ['Prefer', 'IdempotencyKey', 'CacheControl'],
      body: object,
      answers: submitAnswers(Noun),
      problems: submitProblems,
    },
    {
      method: 'get',
      path: `/v1/${collection}`,
      operationId: `list${tag}`,
      tag,
      summary: `List ${collection}, newest first`,
      parameters: ['Cursor', 'Limit', 'State', 'OfBatch', 'CreatedAfter', 'CreatedBefore'],
      answers: { 200: { description: `A page of ${collection}.`, body: `${Noun}Page` } },
      problems: ['invalid_params'],
    },
    {
      method: 'put',
      path: `/v1/${collection}/{id}`,
      operationId: `put${Noun}`,
      tag,
      summary: `${summary}, under an id of your own`,
      description: `The id is \`${idPrefix}_\` and a ULID that you made. Repeating the request creates nothing.`,
      parameters: [`${Noun}Id`, 'Prefer', 'CacheControl'],
      body: object,
      answers: submitAnswers(Noun),
      problems: [...submitProblems, ...gone],
    },
    {
      method: 'get',
      path: `/v1/${collection}/{id}`,
      operationId: `get${Noun}`,
      tag,
      summary: `Read ${one}, now or when it has ended`,
      parameters: [`${Noun}Id`, 'Prefer', 'IfNoneMatch'],
      answers: {
        200: { description: `The ${object}.`, body: Noun, headers: ['ETag', 'Preference-Applied'] },
        304: { description: 'Nothing has changed.', headers: ['ETag', 'Preference-Applied'] },
      },
      problems: gone,
    },
    {
      method: 'delete',
      path: `/v1/${collection}/{id}`,
      operationId: `delete${Noun}`,
      tag,
      summary: `Delete ${one}`,
      description:
        'In any state. One that has not ended is canceled first. Its image, result, metadata, idempotency key and webhook deliveries go too; a webhook that was not sent yet is not sent.',
      parameters: [`${Noun}Id`],
      answers: { 204: { description: 'It is gone.' } },
      problems: gone,
    },
    {
      method: 'post',
      path: `/v1/${collection}/{id}/cancel`,
      operationId: `cancel${Noun}`,
      tag,
      summary: `Cancel ${one}`,
      parameters: [`${Noun}Id`],
      answers: {
        200: { description: 'It is canceled, now or before.', body: Noun },
        202: { description: 'It is running and will end as canceled.', body: Noun },
      },
      problems: [...gone, 'already_terminal'],
    },
    {
      method: 'post',
      path: `/v1/${collection}/{id}/retry`,
      operationId: `retry${Noun}`,
      tag,
      summary: `Try ${one} again that did not succeed, as a new one`,
      parameters: [`${Noun}Id`, 'IdempotencyKey'],
      answers: {
        202: { description: `The new ${object}.`, body: Noun, headers: ['Location', 'Idempotency-Replayed'] },
      },
      problems: [
        ...gone,
        ...(['not_terminal', 'input_expired', 'bad_idempotency_key', 'idempotency_in_progress'] as const),
        ...(['idempotency_key_reused', 'tenant_queue_full', 'queue_full'] as const),
      ],
    },
    {
      method: 'get',
      path: `/v1/${collection}/{id}/events`,
      operationId: `watch${Noun}`,
      tag,
      summary: `Watch ${one}`,
      description: `Server-sent events: one for every change, each with the whole ${object}. Ends when it has.`,
      parameters: [`${Noun}Id`, 'LastEventId'],
      answers: {
        200: { description: 'A stream of events.', body: 'text/event-stream' },
        204: { description: 'It has ended and its last event was seen: do not reconnect.' },
      },
      problems: gone,
    },
  ];
}
