import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { newCaptionId } from '@blipq/contracts';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { ContractClient } from '../testing/contract-client.js';
import { HeldHandler } from '../testing/held-handler.js';
import { LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { imageForm, multipart } from '../testing/multipart.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const sha256 = createHash('sha256').update(photo).digest('hex');
const ulid = () => newCaptionId().slice('cap_'.length);
const held = new HeldHandler();
let gateway: LiveGateway;
let api: ContractClient;
let host: Server;

beforeAll(async () => {
  host = createServer((_req, res) => void res.setHeader('content-type', 'image/jpeg').end(photo)).listen(
    0,
    '127.0.0.1',
  );
  await once(host, 'listening');
  gateway = await new LiveGateway(inject('redisUrl'), {
    BLIPQ_FETCH_ALLOW: ['127.0.0.1'],
    BLIPQ_FETCH_HTTP: true,
    BLIPQ_REUSE_S: 600,
    BLIPQ_FETCH_PORTS: [(host.address() as AddressInfo).port],
  }).start();
  await gateway.registerModel();
  await gateway.work(held.handle);
  api = await ContractClient.of(gateway.url);
});
afterAll(async () => {
  await gateway.stop();
  host.close();
});

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});
const form = (texts: Record<string, string> = {}, headers: Record<string, string> = {}): RequestInit => {
  const { body, headers: own } = imageForm('image', photo, texts);
  return { body: body, headers: { ...own, ...headers } };
};
const base64 = photo.toString('base64');
/** Every caption of a test has its own prompt, so that no result is reused by accident. */
let count = 0;
const fresh = () => `prompt ${++count}`;
const submitHeld = async () => {
  const begun = held.nextBegun();
  const { json: caption } = await api.call(
    'POST',
    '/v1/captions',
    form({ prompt: 'hold' }, { 'cache-control': 'no-cache' }),
  );
  await begun;
  return caption;
};
const finished = async (texts: Record<string, string> = { prompt: fresh() }) =>
  (await api.call('POST', '/v1/captions', form(texts, { prefer: 'wait=30' }))).json;

describe('an image can be sent', () => {
  const url = () => `http://127.0.0.1:${(host.address() as AddressInfo).port}/photo.jpg`;
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
    ['by its URL', () => ['/v1/captions', json({ image: { url: url() }, prompt: 'in' })]],
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

test('everything about a caption may be said in JSON, as form fields and in the query alike', async () => {
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
  const document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as any;
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
        expect(['queue_full', 'idempotency_in_progress']).toContain(answer.json.code);
        await delay(1000 * Number(answer.headers.get('retry-after')));
      }
    };
    const answers = await Promise.all(Array.from({ length: 200 }, one));
    expect(new Set(answers.map((answer) => answer.json.id)).size).toBe(1);
    expect(answers.filter((answer) => !answer.headers.has('idempotency-replayed'))).toHaveLength(1);
    expect((await api.call('GET', answers[0]!.json.links.self, { headers: { prefer: 'wait=30' } })).json.attempt).toBe(
      1,
    );
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
  const first = await finished({ prompt });
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

describe('reading', () => {
  test('a caption that has not changed is 304', async () => {
    const { links } = await finished();
    const read = await api.call('GET', links.self);
    const etag = read.headers.get('etag')!;
    expect(etag).toMatch(/^"\d+"$/);
    expect(read.headers.get('cache-control')).toBe('private, no-cache');
    for (const value of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const same = await api.call('GET', links.self, { headers: { 'if-none-match': value } });
      expect([same.status, same.headers.get('etag')]).toEqual([304, etag]);
    }
    expect((await api.call('GET', links.self, { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
    expect((await api.call('HEAD', links.self)).status).toBe(200);
  });

  test('waits for the end when asked to', async () => {
    const { links } = await submitHeld();
    const waiting = api.call('GET', links.self, { headers: { prefer: 'wait=60' } });
    await vi.waitFor(async () => {
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      expect(metrics).toMatch(/^bentoml_service_request_in_progress\{endpoint="\/v1"[^}]*\} 1$/m);
    });
    held.letGo();
    const answer = await waiting;
    expect([answer.headers.get('preference-applied'), answer.json.state]).toEqual(['wait=60', 'succeeded']);
  });

  test('a list goes through all captions, newest first, page by page', async () => {
    const made = [];
    for (let i = 0; i < 5; i++) made.unshift((await finished()).id);
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = `limit=2${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const { json: page } = await api.call('GET', `/v1/captions?${query}`);
      expect(page.data.length).toBeLessThanOrEqual(2);
      ids.push(...page.data.map((caption: { id: string }) => caption.id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(ids.slice(0, 5)).toEqual(made);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a list can be of one state', async () => {
    await finished();
    const { json: page } = await api.call('GET', '/v1/captions?state=succeeded&limit=100');
    expect(new Set(page.data.map((caption: { state: string }) => caption.state))).toEqual(new Set(['succeeded']));
    expect((await api.call('GET', '/v1/captions?state=expired')).json.data).toEqual([]);
  });

  test('the models are those that were registered', async () => {
    const { json: page } = await api.call('GET', '/v1/models');
    expect(page.data).toMatchObject([{ id: 'demo', object: 'model', image_size: 128 }]);
    expect((await api.call('GET', '/v1/models/demo')).json).toEqual(page.data[0]);
    expect((await api.call('GET', '/v1/models/other')).status).toBe(404);
    const unknown = await api.call('POST', '/v1/captions', form({ model: 'other' }));
    expect([unknown.status, unknown.json.code]).toEqual([422, 'unknown_model']);
  });
});

describe('ending', () => {
  test('a running caption is canceled, and then is what it is', async () => {
    const { links } = await submitHeld();
    const cancel = await api.call('POST', links.cancel);
    expect(cancel.status).toBe(202);
    const ended = await api.call('GET', links.self, { headers: { prefer: 'wait=30' } });
    expect(ended.json).toMatchObject({ state: 'canceled', caption: null });
    expect((await api.call('POST', links.cancel)).status).toBe(200);
  });

  test('a caption that has ended otherwise cannot be canceled', async () => {
    const answer = await api.call('POST', (await finished()).links.cancel);
    expect([answer.status, answer.json.code]).toEqual([409, 'already_terminal']);
  });

  test('a queued caption is canceled at once', async () => {
    const idle = await new LiveGateway(inject('redisUrl')).start();
    await idle.registerModel();
    const client = await ContractClient.of(idle.url);
    const { json: caption } = await client.call('POST', '/v1/captions', form());
    const cancel = await client.call('POST', caption.links.cancel);
    expect([cancel.status, cancel.json.state]).toEqual([200, 'canceled']);
    for (const one of client.seen) api.seen.add(one);
    await idle.stop();
  });

  test('a caption that was canceled can be tried again under a new id', async () => {
    const first = await submitHeld();
    const early = await api.call('POST', first.links.retry);
    expect([early.status, early.json.code]).toEqual([409, 'not_terminal']);
    await api.call('POST', first.links.cancel);
    await api.call('GET', first.links.self, { headers: { prefer: 'wait=30' } });
    const headers = { 'idempotency-key': ulid() };
    const begun = held.nextBegun();
    const retry = await api.call('POST', first.links.retry, { headers });
    expect(retry.json).toMatchObject({ retry_of: first.id, prompt: first.prompt });
    expect(retry.headers.get('location')).toBe(retry.json.links.self);
    const again = await api.call('POST', first.links.retry, { headers });
    expect([again.json.id, again.headers.get('idempotency-replayed')]).toEqual([retry.json.id, 'true']);
    await begun;
    held.letGo();
    const ended = await api.call('GET', retry.json.links.self, { headers: { prefer: 'wait=30' } });
    expect(ended.json).toMatchObject({ state: 'succeeded', caption: { text: 'hold echoed' } });
  });

  test('the image of a caption that succeeded is gone', async () => {
    const answer = await api.call('POST', (await finished()).links.retry);
    expect([answer.status, answer.json.code]).toEqual([410, 'input_expired']);
  });

  test('a caption can be deleted in any state, and says that it is gone', async () => {
    for (const { links } of [await submitHeld(), await finished()]) {
      expect((await api.call('DELETE', links.self)).status).toBe(204);
      for (const [method, path] of [
        ['GET', links.self],
        ['GET', links.events],
        ['DELETE', links.self],
        ['POST', links.cancel],
        ['POST', links.retry],
      ] as const) {
        const answer = await api.call(method, path);
        expect([answer.status, answer.json.code], `${method} ${path}`).toEqual([410, 'result_expired']);
      }
    }
  });
});

describe('batches', () => {
  test('good and bad images of one form are told apart', async () => {
    const parts = [photo, Buffer.from('no image'), photo].map((value) => ({ name: 'images', value, filename: 'a' }));
    const { body, headers } = multipart([{ name: 'prompt', value: fresh() }, ...parts]);
    const answer = await api.call('POST', '/v1/batches', { body: body, headers });
    expect(answer.json).toMatchObject({ total: 3, refused: 1 });
    expect(answer.json.items).toMatchObject([
      { index: 0, id: expect.stringMatching(/^cap_/), error: null },
      { index: 1, id: null, error: { code: 'unsupported_media_type' } },
      { index: 2, id: expect.stringMatching(/^cap_/), error: null },
    ]);
    const { json: caption } = await api.call('GET', `/v1/captions/${answer.json.items[0].id}`);
    expect(caption.batch_id).toBe(answer.json.id);
  });

  test('items of JSON are judged one by one, and the batch counts how they end', async () => {
    const items = [
      { image: { base64 }, prompt: fresh(), params: { max_new_tokens: 5 } },
      { image: { base64: '!' } },
      { prompt: 'no image' },
      { image: { base64 }, params: { max_new_tokens: 0 } },
      7,
      { image: { base64 }, params: { temperature: 1 } },
    ];
    const { json: batch } = await api.call('POST', '/v1/batches', json({ items, metadata: { run: '1' } }));
    expect(batch).toMatchObject({ total: 6, refused: 5, metadata: { run: '1' } });
    const codes = batch.items.map((item: { error: { code: string } | null }) => item.error?.code);
    expect(codes).toEqual([undefined, 'image_corrupt', 'missing_image', ...Array(3).fill('invalid_params')]);
    expect(batch.items[3].error.errors[0].field).toBe('items.3.params.max_new_tokens');
    await api.call('GET', `/v1/captions/${batch.items[0].id}`, { headers: { prefer: 'wait=30' } });
    const read = await api.call('GET', batch.links.self);
    expect(read.json).toMatchObject({ state: 'completed', counts: { succeeded: 1 } });
    const same = await api.call('GET', batch.links.self, { headers: { 'if-none-match': read.headers.get('etag')! } });
    expect(same.status).toBe(304);
  });

  test('a key makes a repeated batch the first one', async () => {
    const init = json({ items: [{ image: { base64 }, prompt: fresh() }] }, { 'idempotency-key': ulid() });
    const first = await api.call('POST', '/v1/batches', init);
    const again = await api.call('POST', '/v1/batches', init);
    expect([again.json.id, again.headers.get('idempotency-replayed')]).toEqual([first.json.id, 'true']);
  });

  test.each([
    ['no items', { items: [] }, 422, 'invalid_params'],
    ['101 items', { items: Array(101).fill({}) }, 413, 'batch_too_large'],
    ['items that are no list', { items: {} }, 422, 'invalid_params'],
    ['an unknown field', { items: [{}], extra: 1 }, 422, 'invalid_params'],
  ])('%s are refused', async (_name, body, status, code) => {
    const answer = await api.call('POST', '/v1/batches', json(body));
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  test('an unknown batch is not found', async () => {
    for (const id of [`bat_${ulid()}`, 'x']) expect((await api.call('GET', `/v1/batches/${id}`)).status).toBe(404);
  });
});

describe('events', () => {
  const eventsOf = (text: string) =>
    text.split('\n\n').flatMap((block) => {
      const id = /^id: (\d+)$/m.exec(block)?.[1];
      return id
        ? [
            {
              id: Number(id),
              event: /^event: (.*)$/m.exec(block)![1],
              data: JSON.parse(/^data: (.*)$/m.exec(block)![1]!),
            },
          ]
        : [];
    });

  test('tell every change up to the end', async () => {
    const caption = await submitHeld();
    const watching = api.call('GET', caption.links.events);
    held.letGo();
    const { headers, text } = await watching;
    expect([headers.get('cache-control'), headers.get('content-encoding')]).toEqual(['no-cache, no-transform', null]);
    const events = eventsOf(text);
    expect(events.at(-1)).toMatchObject({ event: 'caption.succeeded', data: { id: caption.id, state: 'succeeded' } });
    expect(events.map(({ id }) => id)).toEqual(events.map(({ id }) => id).toSorted((a, b) => a - b));
    for (const { id, event, data } of events) expect([data.version, `caption.${data.state}`]).toEqual([id, event]);
  });

  test('go on after the last one that was seen, and end for good after the end', async () => {
    const { links, version } = await finished();
    const resumed = await api.call('GET', links.events, { headers: { 'last-event-id': String(version - 1) } });
    expect(eventsOf(resumed.text).map(({ id }) => id)).toEqual([version]);
    const over = await api.call('GET', links.events, { headers: { 'last-event-id': String(version) } });
    expect(over.status).toBe(204);
    expect(eventsOf((await api.call('GET', links.events, { headers: { 'last-event-id': 'x' } })).text)).not.toEqual([]);
  });

  test('of an unknown caption are not found', async () => {
    expect((await api.call('GET', `/v1/captions/cap_${ulid()}/events`)).status).toBe(404);
  });
});

describe('webhooks', () => {
  const webhook = { url: 'https://example.com/hook?token=x' };
  const failed = async (path: string, body: object) => {
    const { status, json: problem } = await api.call('POST', path, json(body));
    return [status, problem.code];
  };

  test('of a caption can be looked at and sent again', async () => {
    const { json: caption } = await api.call('POST', '/v1/captions', {
      ...json({ image: { base64 }, prompt: fresh(), webhook }, { prefer: 'wait=20' }),
    });
    const id = `msg_${caption.id}_succeeded`;
    const { json: deliveries } = await api.call('GET', `/v1/captions/${caption.id}/deliveries`);
    expect(deliveries.data).toMatchObject([{ id, state: 'pending', event: 'caption.succeeded', url: webhook.url }]);
    const { json: pending } = await api.call('GET', '/v1/webhook-deliveries?state=pending&limit=100');
    expect(pending.data).toContainEqual(deliveries.data[0]);
    expect((await api.call('GET', '/v1/webhook-deliveries?state=delivered')).json.data).toEqual([]);
    expect((await api.call('GET', `/v1/webhook-deliveries/${id}`)).json).toEqual(deliveries.data[0]);
    expect((await api.call('POST', `/v1/webhook-deliveries/${id}/redeliver`)).status).toBe(202);
  });

  test('come as form fields and in the query too, as JSON or as a URL alone', async () => {
    const query = new URLSearchParams({ prompt: fresh(), webhook: JSON.stringify(webhook) });
    const raw = { body: photo, headers: { 'content-type': 'image/jpeg', prefer: 'wait=20' } };
    const created = [
      await api.call('POST', '/v1/captions', form({ prompt: fresh(), webhook: webhook.url }, { prefer: 'wait=20' })),
      await api.call('POST', `/v1/captions?${query}`, raw),
    ];
    for (const { json: caption } of created) {
      expect((await api.call('GET', `/v1/captions/${caption.id}/deliveries`)).json.data).toHaveLength(1);
    }
  });

  test('of a batch tell its completion, and of its captions what was asked for', async () => {
    const items = [{ image: { base64 }, prompt: fresh() }];
    const events = ['batch.completed', 'caption.succeeded'];
    const { json: batch } = await api.call('POST', '/v1/batches', json({ items, webhook: { ...webhook, events } }));
    const ids = [`msg_${batch.id}_completed`, `msg_${batch.items[0].id}_succeeded`];
    for (const id of ids) {
      await vi.waitFor(async () => expect((await api.call('GET', `/v1/webhook-deliveries/${id}`)).status).toBe(200));
    }
  });

  test('that could never be sent are refused at once', async () => {
    const image = { base64 };
    for (const url of ['http://example.com/', 'https://10.0.0.1/', 'https://[::1]/', 'https://a:b@example.com/', 'x']) {
      expect(await failed('/v1/captions', { image, webhook: { url } }), url).toEqual([422, 'url_blocked']);
      expect(await failed('/v1/batches', { items: [{ image }], webhook: { url } }), url).toEqual([422, 'url_blocked']);
    }
    for (const events of [[], ['caption.queued'], ['batch.completed']]) {
      expect(await failed('/v1/captions', { image, webhook: { ...webhook, events } })).toEqual([422, 'invalid_params']);
    }
  });

  test('that do not exist are not found, nor are those of unknown captions', async () => {
    for (const path of [`/v1/webhook-deliveries/msg_cap_${ulid()}_failed`, '/v1/webhook-deliveries/x']) {
      expect((await api.call('GET', path)).status).toBe(404);
      expect((await api.call('POST', `${path}/redeliver`)).status).toBe(404);
    }
    expect((await api.call('GET', `/v1/captions/cap_${ulid()}/deliveries`)).status).toBe(404);
    const quiet = await api.call('POST', '/v1/captions', form({ prompt: fresh() }));
    expect((await api.call('GET', `/v1/captions/${quiet.json.id}/deliveries`)).json.data).toEqual([]);
  });
});

test('every success that the document describes was seen in this file, or is one of answers or matches', () => {
  const missing = api.documentedSuccesses().filter((answer) => !api.seen.has(answer));
  expect(missing.filter((answer) => !/Answer|Match/.test(answer))).toEqual([]);
});
