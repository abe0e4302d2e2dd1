import { readFile } from 'node:fs/promises';
import type { Task } from '@blipq/contracts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ContractClient } from '../testing/contract-client.js';
import { echoAskedHandler, echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { imageForm } from '../testing/multipart.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const image = { base64: photo.toString('base64') };
const answering = { task: 'question_answering', model: 'vqa' } as const;
let gateway: LiveGateway;
let api: ContractClient;

beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl'), { BLIPQ_BAD_WORDS: ['arafed'], BLIPQ_REUSE_S: 600 }).start();
  await gateway.registerModel(answering);
  await gateway.registerModel();
  await gateway.work(echoHandler);
  await gateway.workAs<Task>(answering, echoAskedHandler);
  api = await ContractClient.of(gateway.url);
});
afterAll(() => gateway.stop());

const json = (body: unknown): RequestInit => ({
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', prefer: 'wait=30' },
});
const asked = {
  do_sample: true,
  temperature: 0.7,
  top_k: 0,
  top_p: 0.9,
  seed: 7,
  num_return_sequences: 2,
  bad_words: ['a picture of', 'dog'],
  min_words: 2,
  max_chars: 100,
  suppress_prompt: true,
  format: 'alt',
  min_confidence: 0.25,
};
const fields = Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, String(value)]));

test('a form and a query take numbers as programs write them, and a prompt that looks like one stays a text', async () => {
  const texts = { length_penalty: '1.0', repetition_penalty: '1.50', min_confidence: '.5', max_new_tokens: '1e1' };
  const spelled = { ...texts, min_new_tokens: '5.0', min_words: '02', timeout_s: '6E1', prompt: '1.0' };
  const params = { length_penalty: 1, repetition_penalty: 1.5, min_confidence: 0.5, max_new_tokens: 10 };
  const query = new URLSearchParams(spelled);
  for (const { status, json } of [
    await api.call('POST', '/v1/captions', imageForm('image', photo, spelled)),
    await api.call('POST', `/v1/captions?${query}`, { body: photo, headers: { 'content-type': 'image/jpeg' } }),
  ]) {
    expect([200, 202]).toContain(status);
    expect(json).toMatchObject({ prompt: '1.0', params: { ...params, min_new_tokens: 5, min_words: 2 } });
  }
});

test('a JSON body, a form and a query ask for the same, and the resource says it', async () => {
  const sent = [
    await api.call('POST', '/v1/captions', json({ image, params: asked })),
    await api.call('POST', '/v1/captions', imageForm('image', photo, fields)),
    await api.call('POST', `/v1/captions?${new URLSearchParams(fields)}`, {
      body: photo,
      headers: { 'content-type': 'image/jpeg' },
    }),
  ];
  for (const { status, json } of sent) {
    expect([200, 202]).toContain(status);
    expect(json.params).toMatchObject(asked);
  }
  const repeated = new URLSearchParams(fields);
  repeated.delete('bad_words');
  for (const word of asked.bad_words) repeated.append('bad_words', word);
  const again = await api.call('POST', `/v1/captions?${repeated}`, {
    body: photo,
    headers: { 'content-type': 'image/jpeg' },
  });
  expect(again.json.params).toMatchObject(asked);
});

test('without a seed the resource says which was used, and no stored result answers for another seed', async () => {
  const params = { do_sample: true };
  const [first, second] = [
    await api.call('POST', '/v1/captions', json({ image, params })),
    await api.call('POST', '/v1/captions', json({ image, params })),
  ];
  expect(first.json.params).toMatchObject({ temperature: 1, top_k: 50, top_p: 1, seed: expect.any(Number) });
  expect(second.json).toMatchObject({ cached: false, state: 'succeeded' });
  expect(second.json.params.seed).not.toBe(first.json.params.seed);
  const same = await api.call(
    'POST',
    '/v1/captions',
    json({ image, params: { ...params, seed: first.json.params.seed } }),
  );
  expect(same.json).toMatchObject({ cached: true, params: first.json.params });
});

test('the bad words of the server hold for captions and answers that name none, and not for BentoBlip', async () => {
  const badWordsOf = async (path: string, body: object) =>
    (await api.call('POST', path, json({ image, ...body }))).json.params.bad_words;
  expect(await badWordsOf('/v1/captions', {})).toEqual(['arafed']);
  expect(await badWordsOf('/v1/captions', { params: { bad_words: ['dog'] } })).toEqual(['dog']);
  expect(await badWordsOf('/v1/captions', { params: { bad_words: [] } })).toBeUndefined();
  expect(await badWordsOf('/v1/answers', { question: 'what is it?' })).toEqual(['arafed']);
  const bare = await api.call('POST', '/v1/captions', imageForm('image', photo, { bad_words: '' }));
  expect(bare.json.params.bad_words).toBeUndefined();

  const before = new Set(
    (await api.call('GET', '/v1/captions?limit=100')).json.data.map(({ id }: { id: string }) => id),
  );
  expect((await fetch(`${gateway.url}/generate`, { method: 'POST', ...imageForm('img', photo) })).status).toBe(200);
  const { data } = (await api.call('GET', '/v1/captions?limit=100')).json;
  const [made] = data.filter(({ id }: { id: string }) => !before.has(id));
  expect(made.params).toMatchObject({ min_new_tokens: expect.any(Number) });
  expect(made.params.bad_words).toBeUndefined();
});

test('a result is not given to a request that bans other words', async () => {
  const of = async (bad_words: string[]) =>
    (await api.call('POST', '/v1/captions', json({ image, prompt: 'reuse', params: { bad_words } }))).json;
  expect(await of(['cat', 'dog'])).toMatchObject({ cached: false, state: 'succeeded' });
  expect(await of(['dog', 'cat', 'dog'])).toMatchObject({ cached: true });
  expect(await of(['dog'])).toMatchObject({ cached: false });
});

test('answers take what makes sense for them, and refuse the rest by name', async () => {
  const params = { do_sample: true, seed: 3, bad_words: ['no'], max_chars: 20, min_confidence: 0.5 };
  const made = await api.call('POST', '/v1/answers', json({ image, question: 'is it?', params }));
  expect(made.json.params).toMatchObject(params);
  for (const name of ['num_return_sequences', 'suppress_prompt', 'format']) {
    const refused = await api.call('POST', '/v1/answers', json({ image, question: 'is it?', params: { [name]: 1 } }));
    expect(refused.json).toMatchObject({
      code: 'invalid_params',
      errors: [{ field: `params.${name}`, message: 'is for captions alone' }],
    });
  }
});

test('items of a batch ask each for their own', async () => {
  const items = [
    { image, params: asked },
    { image, params: { max_chars: 30 } },
  ];
  const { json: batch } = await api.call('POST', '/v1/batches', json({ items }));
  const made = await Promise.all(
    batch.items.map(async ({ id }: { id: string }) => (await api.call('GET', `/v1/captions/${id}`)).json.params),
  );
  expect(made).toMatchObject([asked, { max_chars: 30, bad_words: ['arafed'] }]);
});

test('a temperature of 0 is answered with what to do instead', async () => {
  const { status, json: problem } = await api.call(
    'POST',
    '/v1/captions',
    json({ image, params: { do_sample: true, temperature: 0 } }),
  );
  expect(status).toBe(422);
  expect(problem.errors[0].message).toContain('use do_sample: false');
});
