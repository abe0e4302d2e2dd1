import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, inject, test } from 'vitest';
import {
  base64,
  CaptionContract,
  contractGroups,
  form,
  fresh,
  json,
  photo,
  ulid,
} from '../testing/caption-contract.js';

const sha256 = createHash('sha256').update(photo).digest('hex');
const contract = await CaptionContract.start(inject('redisUrl'));
const { api } = contract;
afterAll(() => contract.stop());

describe('an image can be sent', () => {
  test.each<[string, () => [path: string, init: RequestInit]]>([
    ['as a file in a form', () => ['/v1/captions', form({ prompt: 'in' })]],
    ['as base64 in JSON', () => ['/v1/captions', json({ image: { base64 }, prompt: 'in' })]],
    [
      'as base64 for URLs',
      () => ['/v1/captions', json({ image: { base64: photo.toString('base64url') }, prompt: 'in' })],
    ],
    [
      'as a data URI',
      () => ['/v1/captions', json({ image: { url: `data:image/jpeg;base64,${base64}` }, prompt: 'in' })],
    ],
    ['by its URL', () => ['/v1/captions', json({ image: { url: contract.photoUrl }, prompt: 'in' })]],
    ['as the body', () => ['/v1/captions?prompt=in', { body: photo, headers: { 'content-type': 'image/jpeg' } }]],
    [
      'as a body of unknown type',
      () => ['/v1/captions?prompt=in', { body: photo, headers: { 'content-type': 'application/octet-stream' } }],
    ],
  ])('%s', async (_name, request) => {
    const [path, init] = request();
    const answer = await api.call('POST', path, { ...init, headers: { ...init.headers, prefer: 'wait=30' } });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      state: 'succeeded',
      prompt: 'in',
      caption: { text: 'in echoed' },
      image: { sha256, bytes: photo.length, format: 'jpeg' },
    });
    expect(answer.headers.get('location')).toBe(`/v1/captions/${answer.json.id}`);
  });

  test('and a URL that may not be fetched is refused', async () => {
    const answer = await api.call('POST', '/v1/captions', json({ image: { url: 'http://127.0.0.2/x' } }));
    expect([answer.status, answer.json.code]).toEqual([422, 'url_blocked']);
  });
});

test('every option of a caption can be sent in JSON, as form fields and in the query', async () => {
  const params = { max_new_tokens: 9, min_new_tokens: 2 };
  const metadata = { album: 'summer', n: '1' };
  const prompt = fresh();
  const texts = { prompt, max_new_tokens: '9', min_new_tokens: '2', metadata: JSON.stringify(metadata), model: 'demo' };
  const raw = { body: photo, headers: { 'content-type': 'image/jpeg' } };
  const answers = await Promise.all([
    api.call(
      'POST',
      '/v1/captions',
      json({ image: { base64 }, prompt, params, metadata, model: 'demo', timeout_s: 60 }),
    ),
    api.call('POST', '/v1/captions', form({ ...texts, timeout_s: '60' })),
    api.call('POST', `/v1/captions?${new URLSearchParams({ ...texts, timeout_s: '60' })}`, raw),
  ]);
  for (const { json: caption } of answers) {
    expect(caption).toMatchObject({ prompt, params, metadata, model: 'demo' });
    expect(Date.parse(caption.deadline_at) - Date.parse(caption.created_at)).toBe(60_000);
  }
});

test('the examples of the document work as they are', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: its shape is the matter of another test.
  const document = (await (await fetch(`${contract.gateway.url}/openapi.json`)).json()) as any;
  for (const path of ['/v1/captions', '/v1/batches']) {
    const { example } = document.paths[path].post.requestBody.content['application/json'];
    expect((await api.call('POST', path, json(example))).status).toBeLessThan(203);
  }
});

describe('a client may choose the id', () => {
  test('and repeating the request creates nothing', async () => {
    const path = `/v1/captions/cap_${ulid()}`;
    const prompt = fresh();
    const first = await api.call('PUT', path, form({ prompt }));
    expect([first.status, first.headers.get('location'), first.headers.get('idempotency-replayed')]).toEqual([
      202,
      path,
      null,
    ]);
    const again = await api.call('PUT', path, form({ prompt }, { prefer: 'wait=30' }));
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(again.json).toMatchObject({ id: first.json.id, state: 'succeeded', attempt: 1 });
    const other = await api.call('PUT', path, form({ prompt: fresh() }));
    expect([other.status, other.json.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test('but not one that is no ULID', async () => {
    expect((await api.call('PUT', '/v1/captions/cap_mine', form())).status).toBe(404);
  });
});

describe('an idempotency key', () => {
  test('makes 200 concurrent requests one caption', async () => {
    const init = form({ prompt: fresh() }, { 'idempotency-key': `key-${ulid()}` });
    const one = async () => {
      for (;;) {
        const answer = await api.call('POST', '/v1/captions', init);
        if (answer.status !== 503 && answer.status !== 409) return answer;
        // A busy Redis may answer too late for some.
        expect(['queue_full', 'queue_unavailable', 'idempotency_in_progress']).toContain(answer.json.code);
        await delay(1000 * Number(answer.headers.get('retry-after') ?? 1));
      }
    };
    const answers = await Promise.all(Array.from({ length: 200 }, one));
    expect(new Set(answers.map((answer) => answer.json.id)).size).toBe(1);
    expect(answers.filter((answer) => !answer.headers.has('idempotency-replayed'))).toHaveLength(1);
    expect((await api.call('GET', answers[0]!.json.links.self, { headers: { prefer: 'wait=30' } })).json.attempt).toBe(
      1,
    );
  });

  test('of a request that is still being stored is answered with when to repeat it', async () => {
    const { gateway } = contract;
    const init = form({ prompt: fresh() }, { 'idempotency-key': ulid() });
    const { id } = (await api.call('POST', '/v1/captions', init)).json;
    const record = (await gateway.keys()).find((key) => key.endsWith(`:record:${id}`));
    await gateway.redis.hset(record!, 'storing', 1);
    const again = await api.call('POST', '/v1/captions', init);
    expect([again.status, again.headers.get('retry-after')]).toEqual([409, '1']);
    expect(again.json.code).toBe('idempotency_in_progress');
  });

  test('does not fit another request', async () => {
    const headers = { 'idempotency-key': `key-${ulid()}` };
    await api.call('POST', '/v1/captions', form({ prompt: fresh() }, headers));
    const other = await api.call('POST', '/v1/captions', form({ prompt: fresh() }, headers));
    expect([other.status, other.json.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test.each(['', ' ', 'a b', 'é', 'x'.repeat(256)])('like %j is refused', async (key) => {
    const answer = await api.call('POST', '/v1/captions', form({}, { 'idempotency-key': key }));
    expect([answer.status, answer.json.code]).toEqual([400, 'bad_idempotency_key']);
  });
});

test('an equal caption is answered from the stored result, unless no-cache asks for a new one', async () => {
  const prompt = fresh();
  const first = await contract.finished({ prompt });
  expect(first.cached).toBe(false);
  const again = await api.call('POST', '/v1/captions', form({ prompt }));
  expect([again.status, again.json.cached, again.json.caption]).toEqual([200, true, first.caption]);
  expect(again.json.id).not.toBe(first.id);
  const anew = await api.call(
    'POST',
    '/v1/captions',
    form({ prompt }, { 'cache-control': 'no-cache', prefer: 'wait=30' }),
  );
  expect(anew.json).toMatchObject({ state: 'succeeded', cached: false });
});

test('every success that the document describes for submitting a caption was seen in this file', () => {
  expect(api.unseenSuccesses(contractGroups.submissions)).toEqual([]);
});
