import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Task } from '@blipq/contracts';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { contractGroups, json } from '../testing/caption-contract.js';
import { ContractClient } from '../testing/contract-client.js';
import { HeldHandler } from '../testing/held-handler.js';
import { echoAskedHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const url = `data:image/jpeg;base64,${photo.toString('base64')}`;
const image = { type: 'image_url', image_url: { url } } as const;
const text = (words: string) => ({ type: 'text', text: words }) as const;
const held = new HeldHandler();
let gateway: LiveGateway;
let openai: OpenAI;

type Content = OpenAI.ChatCompletionContentPart[];
const ask = (content: Content, more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {}) =>
  openai.chat.completions.create({ model: 'blipq', messages: [{ role: 'user', content }], ...more });

beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel({ model: 'itm', task: 'image_text_retrieval' });
  await gateway.registerModel({ model: 'owner/captions' });
  await gateway.work(held.handle, 'owner/captions');
  openai = new OpenAI({ apiKey: 'none', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
});
afterAll(() => gateway.stop());

test('the models have what OpenAI’s clients read', async () => {
  const models = (await openai.models.list()).data;
  expect(models).toMatchObject([
    { id: 'owner/captions', object: 'model', created: expect.any(Number), owned_by: 'owner' },
    { id: 'itm', owned_by: 'blipq' },
  ]);
  expect((await openai.models.retrieve('owner/captions')).id).toBe('owner/captions');
});

test('the completion is as the OpenAPI document describes it', async () => {
  const api = await ContractClient.of(gateway.url);
  const asked = { model: 'blipq', messages: [{ role: 'user', content: [image] }] };
  await api.call('POST', '/v1/chat/completions', json(asked));
  await api.call('POST', '/v1/chat/completions', json({ ...asked, messages: [] }));
  expect(api.unseenSuccesses(contractGroups.chat)).toEqual([]);
});

describe('the caption is the assistant’s message', () => {
  test('with its usage in tokens, whatever is said where no model answers questions', async () => {
    const completion = await ask([text('What is in this image?'), image], { max_tokens: 300, temperature: 0.2 });
    expect(completion).toMatchObject({
      object: 'chat.completion',
      model: 'owner/captions',
      choices: [{ index: 0, message: { role: 'assistant', content: 'echoed' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 66, completion_tokens: 1, total_tokens: 67 },
    });
    expect(completion.id).toMatch(/^chatcmpl-cap_/);
  });

  test('as a stream that its client puts together', async () => {
    const stream = await openai.chat.completions.create({
      model: 'owner/captions',
      messages: [{ role: 'user', content: [image] }],
      stream: true,
      stream_options: { include_usage: true },
    });
    let said = '';
    let usage: object | null | undefined;
    for await (const chunk of stream) {
      said += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    expect([said, usage]).toEqual(['echoed', { prompt_tokens: 66, completion_tokens: 1, total_tokens: 67 }]);
  });

  test('max_tokens bounds it', async () => {
    expect((await ask([image], { max_completion_tokens: 1 })).choices[0]?.finish_reason).toBe('length');
  });
});

describe('errors are in OpenAI’s shape with our codes inside', () => {
  test.each([{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }, { type: 'text' }])(
    'a part that cannot be read (%j) is refused with what can be',
    async (part) => {
      const message = expect.stringMatching(/messages\.0\.content must be a text, or a list of/);
      await expect(ask([image, part as never])).rejects.toMatchObject({ status: 400, message });
    },
  );

  const tools = [{ type: 'function', function: { name: 'f' } }] as const;
  test.each<[string, Content, object, number, string, string | null]>([
    ['no image', [text('hello')], {}, 400, 'missing_image', 'messages'],
    ['two images', [image, image], {}, 400, 'invalid_params', 'messages'],
    ['an unknown model', [image], { model: 'gpt-4o' }, 404, 'unknown_model', 'model'],
    ['a model for another task', [image], { model: 'itm' }, 404, 'unknown_model', 'model'],
    ['tools', [image], { tools: [...tools] }, 400, 'invalid_params', 'tools'],
    ['several choices', [image], { n: 2 }, 400, 'invalid_params', 'n'],
    [
      'JSON as the format',
      [image],
      { response_format: { type: 'json_object' } },
      400,
      'invalid_params',
      'response_format',
    ],
    ['no limit at all', [image], { max_tokens: 0 }, 400, 'invalid_params', 'max_tokens'],
    [
      'no image in the URL',
      [{ ...image, image_url: { url: 'data:image/png;base64,aGk=' } }],
      {},
      415,
      'unsupported_media_type',
      null,
    ],
    [
      'a URL that is blocked',
      [{ ...image, image_url: { url: 'https://127.0.0.1/a.jpg' } }],
      {},
      400,
      'url_blocked',
      null,
    ],
  ])('%s', async (_what, content, more, status, code, param) => {
    const error = await ask(content, more).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ status, code, param, type: 'invalid_request_error', message: expect.any(String) });
  });

  test.each<[string, RequestInit, number, string]>([
    [
      'a text-only message',
      { body: '{"model":"blipq","messages":[{"role":"user","content":"hi"}]}' },
      400,
      'missing_image',
    ],
    ['no messages', { body: '{"model":"blipq","messages":[]}' }, 400, 'invalid_params'],
    ['no JSON', { body: '{' }, 400, 'malformed_json'],
    ['null', { body: 'null' }, 400, 'invalid_params'],
    [
      'a form',
      { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported_media_type',
    ],
  ])('%s', async (_what, init, status, code) => {
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...init,
    });
    expect([answer.status, await answer.json()]).toEqual([status, { error: expect.objectContaining({ code }) }]);
  });

  test('a wrong key, and one whose requests are used up', async () => {
    const sha256 = createHash('sha256').update('right').digest('hex');
    const keys = [{ name: 'team', sha256, rate_limit: { requests: 1, per_s: 60 } }];
    const guarded = await new LiveGateway(inject('redisUrl'), { BLIPQ_API_KEYS: JSON.stringify(keys) }).start();
    onTestFinished(() => guarded.stop());
    const call = (apiKey: string) =>
      new OpenAI({ apiKey, baseURL: `${guarded.url}/v1`, maxRetries: 0 }).chat.completions.create({
        model: 'blipq',
        messages: [{ role: 'user', content: [image] }],
      });
    await expect(call('wrong')).rejects.toMatchObject({
      status: 401,
      code: 'unauthorized',
      type: 'authentication_error',
    });
    await expect(call('right')).rejects.toMatchObject({ status: 503, code: 'model_unavailable', type: 'server_error' });
    const limited = await call('right').catch((error: unknown) => error);
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
    expect(limited).toMatchObject({ code: 'rate_limited' });
  });
});

test('a client that hangs up cancels the work', async () => {
  const idle = await new LiveGateway(inject('redisUrl')).start();
  onTestFinished(() => idle.stop());
  await idle.registerModel();
  const client = new OpenAI({ apiKey: 'none', baseURL: `${idle.url}/v1`, maxRetries: 0 });
  const abort = new AbortController();
  const messages = [{ role: 'user' as const, content: [image] }];
  const asked = client.chat.completions.create({ model: 'blipq', messages }, { signal: abort.signal });
  const states = async () => {
    const page = (await (await fetch(`${idle.url}/v1/captions`)).json()) as { data: { state: string }[] };
    return page.data.map(({ state }) => state);
  };
  await vi.waitFor(async () => expect(await states()).toEqual(['queued']));
  abort.abort();
  await expect(asked).rejects.toThrow();
  await vi.waitFor(async () => expect(await states()).toEqual(['canceled']));
});

test('a question is answered where a model that answers is served, in a conversation too', async () => {
  await gateway.registerModel({ model: 'vqa', task: 'question_answering' });
  await gateway.workAs<Task>({ model: 'vqa', task: 'question_answering' }, echoAskedHandler);
  await vi.waitFor(async () => {
    const { model, choices } = await ask([text('is it red?'), image]);
    expect([model, choices[0]?.message.content]).toEqual(['vqa', 'is it red? yes']);
  });
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: 'You are helpful.' },
    { role: 'user', content: [image, text('is it red?')] },
    { role: 'assistant', content: 'yes' },
    { role: 'user', content: 'and big?' },
  ];
  const { choices } = await openai.chat.completions.create({ model: 'vqa', messages });
  expect(choices[0]?.message.content).toBe('and big? yes');
  const imageLast: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'user', content: 'is it blue?' },
    { role: 'assistant', content: 'show me' },
    { role: 'user', content: [image, text(' ')] },
  ];
  const shown = await openai.chat.completions.create({ model: 'blipq', messages: imageLast });
  expect(shown.choices[0]?.message.content).toBe('is it blue? yes');
  expect((await ask([image])).choices[0]?.message.content).toBe('echoed');
  await expect(ask([image], { model: 'vqa' })).rejects.toMatchObject({ status: 400, code: 'invalid_params' });
});
