import { once } from 'node:events';
import { newIdFor, taskNames } from '@blipq/contracts';
import type { Work, WorkResult } from '@blipq/queue';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { base64, contractGroups, json, photo } from '../testing/caption-contract.js';
import { ContractClient } from '../testing/contract-client.js';
import { echoAskedHandler, LiveGateway } from '../testing/live-gateway.js';
import { imageForm, multipart } from '../testing/multipart.js';

const image = { base64 };
let gateway: LiveGateway;
let api: ContractClient;
let letGo = new AbortController();
let onHeld = () => {};

/** Answers with what was asked, but holds what was asked "hold". */
async function handler(work: Work, signal: AbortSignal): Promise<WorkResult> {
  const asked = 'questions' in work ? work.questions : 'texts' in work ? work.texts : [];
  if (asked.includes('hold')) {
    onHeld();
    const either = AbortSignal.any([signal, letGo.signal]);
    if (!either.aborted) await once(either, 'abort');
    signal.throwIfAborted();
  }
  return await echoAskedHandler(work, signal);
}

beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel();
  await gateway.answerAndMatch(handler);
  api = await ContractClient.of(gateway.url);
});
afterAll(() => gateway.stop());

/** Resolves when something is held. Ask before it is submitted. */
const nextHeld = () =>
  new Promise<void>((resolve) => {
    onHeld = resolve;
  });

/** What each of the two is asked with, and what it answers. */
const kinds = [
  {
    ...{ path: '/v1/answers', task: 'question_answering' as const },
    ask: (...questions: string[]) => ({ questions }),
    result: (...asked: string[]) => ({
      object: 'answer',
      questions: asked,
      answers: asked.map((question) => ({ question, text: `${question} yes` })),
    }),
  },
  {
    ...{ path: '/v1/matches', task: 'image_text_retrieval' as const },
    ask: (...texts: string[]) => ({ texts }),
    result: (...asked: string[]) => ({
      object: 'match',
      texts: asked,
      matches: asked.map((text) => ({ text, probability: 0.75, similarity: 0.5 })),
    }),
  },
];

describe.each(kinds)('$path', ({ path, task, ask, result }) => {
  const wait = { prefer: 'wait=30' };
  const newId = () => newIdFor(task);
  const submitHeld = async () => {
    const held = nextHeld();
    const { json: queued } = await api.call('POST', path, json({ image, ...ask('hold') }));
    await held;
    return queued;
  };

  test('answers in JSON, in a form with a repeated field, and as a raw image with a query', async () => {
    const whole = await api.call('POST', path, json({ image, ...ask('a cat', 'a dog') }, wait));
    expect(whole).toMatchObject({ status: 200, json: { state: 'succeeded', ...result('a cat', 'a dog') } });
    expect(whole.json.timings.batch_size).toBe(1);
    expect(whole.json.model).toBe(task);
    const [field] = Object.keys(ask());
    const { body, headers } = multipart([
      { name: 'image', filename: 'photo.jpg', value: photo },
      { name: field!, value: 'a cat' },
      { name: field!, value: 'a dog' },
    ]);
    const formed = await api.call('POST', path, { body, headers: { ...headers, ...wait } });
    expect(formed.json).toMatchObject(result('a cat', 'a dog'));
    const raw = { body: photo, headers: { 'content-type': 'image/jpeg', ...wait } };
    const queried = await api.call('POST', `${path}?${field}=a+cat&model=${task}`, raw);
    expect(queried.json).toMatchObject(result('a cat'));
  });

  test('has the life of a caption: read, watched, listed, repeated, canceled, retried, deleted', async () => {
    const id = newId();
    const put = await api.call('PUT', `${path}/${id}`, json({ image, ...ask('put') }));
    expect(put).toMatchObject({ status: 202, json: { id, links: { self: `${path}/${id}` } } });
    const read = await api.call('GET', `${path}/${id}`, { headers: wait });
    expect(read.json).toMatchObject({ state: 'succeeded', ...result('put') });
    const again = await api.call('PUT', `${path}/${id}`, json({ image, ...ask('put') }));
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const unchanged = await api.call('GET', `${path}/${id}`, {
      headers: { 'if-none-match': read.headers.get('etag')! },
    });
    expect(unchanged.status).toBe(304);
    expect((await api.call('PUT', `${path}/${id}`, json({ image, ...ask('other') }))).json).toMatchObject({
      code: 'idempotency_key_reused',
    });

    const events = await api.call('GET', `${path}/${id}/events`);
    expect(events.text).toContain(`event: ${taskNames[task].object}.succeeded`);
    const last = { headers: { 'last-event-id': String(read.json.version) } };
    expect((await api.call('GET', `${path}/${id}/events`, last)).status).toBe(204);
    expect((await api.call('GET', `${path}/${id}/deliveries`)).json.data).toEqual([]);

    const held = await submitHeld();
    const canceling = await api.call('POST', `${path}/${held.id}/cancel`);
    expect(canceling).toMatchObject({ status: 202, json: { cancel_requested: true } });
    const canceled = await api.call('GET', `${path}/${held.id}`, { headers: wait });
    expect(canceled.json).toMatchObject({ state: 'canceled', [taskNames[task].collection]: null });
    expect((await api.call('POST', `${path}/${held.id}/cancel`)).status).toBe(200);
    const heldAgain = nextHeld();
    const retried = await api.call('POST', `${path}/${held.id}/retry`);
    expect(retried).toMatchObject({ status: 202, json: { retry_of: held.id, ...ask('hold') } });
    await heldAgain;
    letGo.abort();
    letGo = new AbortController();
    const ended = await api.call('GET', `${path}/${retried.json.id}`, { headers: wait });
    expect(ended.json).toMatchObject({ state: 'succeeded', ...result('hold') });

    const { json: page } = await api.call('GET', `${path}?state=canceled`);
    expect(page.data.map((one: { id: string }) => one.id)).toEqual([held.id]);
    expect((await api.call('DELETE', `${path}/${id}`)).status).toBe(204);
    expect((await api.call('GET', `${path}/${id}`)).json).toMatchObject({ code: 'result_expired' });
  });

  test('is no caption: neither listed nor found there, nor is a caption here', async () => {
    const { json: queued } = await api.call('POST', path, json({ image, ...ask('x') }));
    expect((await api.call('GET', '/v1/captions')).json.data).toEqual([]);
    expect((await api.call('GET', `/v1/captions/${queued.id}`)).status).toBe(404);
    expect((await api.call('GET', `${path}/${newIdFor('captioning')}`)).status).toBe(404);
  });

  test('the example of the document works as it is', async () => {
    const document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as { paths: Record<string, never> };
    const { post } = document.paths[path] as unknown as {
      post: { requestBody: { content: Record<string, { example: unknown }> } };
    };
    const example = post.requestBody.content['application/json']!.example;
    expect((await api.call('POST', path, json(example, wait))).json.state).toBe('succeeded');
  });

  test('a webhook accepts events of its own kind of work only', async () => {
    const hook = (events?: string[]) => ({ image, ...ask('x'), webhook: { url: 'https://example.com/hook', events } });
    const [object] = [taskNames[task].object];
    expect((await api.call('POST', path, json(hook([`${object}.failed`])))).status).toBe(202);
    expect((await api.call('POST', path, json(hook(['caption.succeeded'])))).json).toMatchObject({
      code: 'invalid_params',
      errors: [{ field: 'webhook.events' }],
    });
  });
});

const long = 'cat '.repeat(63);
const pile = (count: number, text: string) => Array.from({ length: count }, () => text);

test.each<[string, string, object, string, string]>([
  ['no question', '/v1/answers', {}, 'invalid_params', 'question'],
  ['a question and questions', '/v1/answers', { question: 'a', questions: ['b'] }, 'invalid_params', 'question'],
  ['an empty question', '/v1/answers', { question: ' ' }, 'invalid_params', 'question'],
  ['no questions', '/v1/answers', { questions: [] }, 'invalid_params', 'questions'],
  ['17 questions', '/v1/answers', { questions: pile(17, 'a') }, 'invalid_params', 'questions'],
  ['a question too long for the model', '/v1/answers', { question: long }, 'invalid_params', 'question'],
  ['one of several too long', '/v1/answers', { questions: ['a', long] }, 'invalid_params', 'questions.1'],
  ['a question of 2049 characters', '/v1/answers', { question: 'a'.repeat(2049) }, 'invalid_params', 'question'],
  [
    'too many new tokens',
    '/v1/answers',
    { question: 'a', params: { max_new_tokens: 65 } },
    'invalid_params',
    'max_new_tokens',
  ],
  ['a match', '/v1/answers', { question: 'a', match: true }, 'invalid_params', 'match'],
  ['texts', '/v1/answers', { question: 'a', texts: ['b'] }, 'invalid_params', 'texts'],
  ['a model for captions', '/v1/answers', { question: 'a', model: 'demo' }, 'unknown_model', 'model'],
  ['a model that is not served', '/v1/answers', { question: 'a', model: 'none' }, 'unknown_model', 'model'],
  ['no texts', '/v1/matches', {}, 'invalid_params', 'texts'],
  ['a match', '/v1/matches', { texts: ['a'], match: true }, 'invalid_params', 'match'],
  ['an empty list', '/v1/matches', { texts: [] }, 'invalid_params', 'texts'],
  ['an empty text', '/v1/matches', { texts: ['a', ''] }, 'invalid_params', 'texts.1'],
  ['65 texts', '/v1/matches', { texts: pile(65, 'a') }, 'invalid_params', 'texts'],
  ['a text too long for the model', '/v1/matches', { texts: [long] }, 'invalid_params', 'texts.0'],
  ['parameters', '/v1/matches', { texts: ['a'], params: { num_beams: 2 } }, 'invalid_params', 'params'],
  ['a model for answers', '/v1/matches', { texts: ['a'], model: 'question_answering' }, 'unknown_model', 'model'],
  ['a model for answers', '/v1/captions', { model: 'question_answering' }, 'unknown_model', 'model'],
])('%s at %s is refused', async (_what, path, asked, code, field) => {
  const { json: problem } = await api.call('POST', path, json({ image, ...asked }));
  expect(problem).toMatchObject({ code, errors: [{ field }] });
});

test('texts that are too long together are refused', async () => {
  await gateway.registerModel({ task: 'image_text_retrieval', model: 'roomy', positions_max: 512 });
  const other = await new LiveGateway(inject('redisUrl'), { BLIPQ_NAMESPACE: gateway.namespace }).start();
  const body = { image, texts: [...pile(63, 'a'), 'cat '.repeat(100)], model: 'roomy' };
  const answer = await (await fetch(`${other.url}/v1/matches`, { method: 'POST', ...json(body) })).json();
  expect(answer).toMatchObject({ code: 'invalid_params', errors: [{ field: 'texts' }] });
  await other.stop();
});

test('without a model of the task, both are answered model_unavailable while captions are taken', async () => {
  const captions = await new LiveGateway(inject('redisUrl')).start();
  await captions.registerModel();
  const { body, headers } = imageForm('image', photo, { question: 'a' });
  const answer = await fetch(`${captions.url}/v1/answers`, { method: 'POST', body, headers });
  expect(await answer.json()).toMatchObject({ code: 'model_unavailable', retryable: true });
  const caption = await fetch(`${captions.url}/v1/captions`, { method: 'POST', ...json({ image }) });
  expect(caption.status).toBe(202);
  await captions.stop();
});

test('GET /v1/models lists the task of each model', async () => {
  const { json: models } = await api.call('GET', '/v1/models');
  const tasks = Object.fromEntries(models.data.map(({ id, task }: { id: string; task: string }) => [id, task]));
  expect(tasks).toMatchObject({ demo: 'captioning', question_answering: 'question_answering' });
});

test('every success that the document describes for answers and matches was seen in this file', () => {
  expect(api.unseenSuccesses(contractGroups.answersAndMatches)).toEqual([]);
});

describe('batches', () => {
  const wait = { prefer: 'wait=30' };

  test('hold captions, answers and matches, and judge each as its own kind', async () => {
    const items = [
      { image, question: 'is it a rocket?', model: 'question_answering' },
      { image, texts: ['a rocket', 'a cat'], model: 'image_text_retrieval' },
      { image },
      { image, texts: [] },
      { image, questions: ['?'], texts: ['?'] },
      { texts: ['a rocket'] },
      { image, texts: ['a rocket'], model: 'question_answering' },
    ];
    const { status, json: batch } = await api.call('POST', '/v1/batches', json({ items }));
    expect(status).toBe(202);
    expect(batch).toMatchObject({ total: 7, refused: 4 });
    expect(batch.items).toMatchObject([
      { id: expect.stringMatching(/^ans_/), error: null },
      { id: expect.stringMatching(/^mat_/), error: null },
      { id: expect.stringMatching(/^cap_/), error: null },
      { id: null, error: { code: 'invalid_params', errors: [{ field: 'items.3.texts' }] } },
      { id: null, error: { code: 'invalid_params', errors: [{ field: 'items.4.texts' }] } },
      { id: null, error: { code: 'missing_image' } },
      { id: null, error: { code: 'unknown_model' } },
    ]);
    const [answer, match, caption] = batch.items.map((item: { id: string }) => item.id);
    const read = async (path: string) => (await api.call('GET', path, { headers: wait })).json;
    expect(await read(`/v1/answers/${answer}`)).toMatchObject({ batch_id: batch.id, state: 'succeeded' });
    expect(await read(`/v1/matches/${match}`)).toMatchObject({ batch_id: batch.id, state: 'succeeded' });
    await api.call('POST', `/v1/captions/${caption}/cancel`);
    expect(await read(batch.links.self)).toMatchObject({ state: 'completed', counts: { succeeded: 2, canceled: 1 } });
  });

  test.each([
    ['answers', 'question', 'question_answering', /^ans_/],
    ['matches', 'texts', 'image_text_retrieval', /^mat_/],
  ])('of %s come as forms, too: the fields apply to all images', async (collection, field, model, id) => {
    const images = [photo, photo].map((value) => ({ name: 'images', value, filename: 'a.jpg' }));
    const asked = ['one', 'two'].map((value) => ({ name: field, value }));
    const { json: batch } = await api.call(
      'POST',
      '/v1/batches',
      multipart([{ name: 'model', value: model }, ...asked, ...images]),
    );
    expect(batch.items).toMatchObject([{ id: expect.stringMatching(id) }, { id: expect.stringMatching(id) }]);
    const { json: one } = await api.call('GET', `/v1/${collection}/${batch.items[1].id}`, { headers: wait });
    expect(one[collection].flatMap(Object.values)).toEqual(expect.arrayContaining(['one', 'two']));
  });
});
