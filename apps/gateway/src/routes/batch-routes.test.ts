import { afterAll, describe, expect, inject, test } from 'vitest';
import { base64, CaptionContract, contractGroups, fresh, json, photo, ulid } from '../testing/caption-contract.js';
import { multipart } from '../testing/multipart.js';

const contract = await CaptionContract.start(inject('redisUrl'));
const { api } = contract;
afterAll(() => contract.stop());

describe('batches', () => {
  test('a form with good and bad images queues the good ones and lists the errors of the others', async () => {
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

  test('items of JSON are accepted or refused one by one, and the batch counts their outcomes', async () => {
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

  test('a form takes file names of any length, and a key ends with a whole character', async () => {
    const filename = `${'x'.repeat(199)}😀.jpg`;
    const { body, headers } = multipart([{ name: 'images', value: photo, filename }]);
    const { status, json: batch } = await api.call('POST', '/v1/batches', { body, headers });
    expect([status, batch.items[0].key]).toEqual([202, 'x'.repeat(199)]);
  });

  test('a byte order mark before JSON or lines is read over', async () => {
    const [item, metadata] = [{ image: { base64 }, prompt: fresh() }, { run: fresh() }];
    const lines = [{ batch: { metadata } }, item].map((one) => JSON.stringify(one)).join('\n');
    for (const [type, text] of [
      ['application/json', JSON.stringify({ items: [item], metadata })],
      ['application/x-ndjson', lines],
    ] as const) {
      const sent = { headers: { 'content-type': type }, body: `\ufeff${text}` };
      const { status, json: batch } = await api.call('POST', '/v1/batches', sent);
      expect(batch).toMatchObject({ total: 1, refused: 0, metadata });
      expect(status).toBe(202);
    }
  });

  test.each(['5', '5.0', '5e0'])('a list takes limit=%s', async (limit) => {
    expect((await api.call('GET', `/v1/batches?limit=${limit}`)).status).toBe(200);
  });

  test('half a character in one item refuses that item alone', async () => {
    const item = { image: { base64 }, prompt: fresh() };
    const items = [item, { ...item, prompt: '\ud83d' }, { ...item, key: '\ud83d' }];
    const headers = { 'content-type': 'application/x-ndjson' };
    const body = items.map((one) => JSON.stringify(one)).join('\n');
    for (const sent of [json({ items }), { headers, body }]) {
      const { json: batch } = await api.call('POST', '/v1/batches', sent);
      const fields = batch.items.map(({ error }: { error: { errors: { field: string }[] } | null }) =>
        error?.errors.map(({ field }) => field),
      );
      expect(fields).toEqual([undefined, ['items.1.prompt'], ['items.2.key']]);
    }
  });

  test('a key makes a repeated batch the first one', async () => {
    const init = json({ items: [{ image: { base64 }, prompt: fresh() }] }, { 'idempotency-key': ulid() });
    const first = await api.call('POST', '/v1/batches', init);
    const again = await api.call('POST', '/v1/batches', init);
    expect([again.json.id, again.headers.get('idempotency-replayed')]).toEqual([first.json.id, 'true']);
  });

  test('are listed, and so is what belongs to one', async () => {
    const init = json({ items: [{ image: { base64 }, prompt: fresh() }], metadata: { run: fresh() } });
    const { items, ...batch } = (await api.call('POST', '/v1/batches', init)).json;
    const since = new Date(Date.parse(batch.created_at) - 1).toISOString();
    const { data } = (await api.call('GET', `/v1/batches?limit=100&created_after=${since}`)).json;
    expect(data).toContainEqual(expect.objectContaining({ id: batch.id, metadata: batch.metadata }));
    expect(data.filter((one: object) => 'items' in one)).toEqual([]);
    expect((await api.call('GET', `/v1/batches?created_before=${since}&limit=100`)).json.data).not.toContainEqual(
      expect.objectContaining({ id: batch.id }),
    );
    const captions = (await api.call('GET', `/v1/captions?batch_id=${batch.id}&created_after=${since}`)).json;
    expect(captions.data.map(({ id }: { id: string }) => id)).toEqual([items[0].id]);
    expect((await api.call('GET', `/v1/answers?batch_id=${batch.id}`)).json.data).toEqual([]);
  });

  test.each<[path: string, field: string]>([
    ['batches?state=queued', 'state'],
    ['batches?created_after=yesterday', 'created_after'],
    ['captions?created_before=2026-01-31', 'created_before'],
    ['captions?batch_id=cap_1', 'batch_id'],
    ['matches?batch=x', 'batch'],
    ...['0x5', '%205', '5%20', '', '1.5', '1000', '1e'].map((limit): [string, string] => [
      `captions?limit=${limit}`,
      'limit',
    ]),
  ])('a list of /v1/%s is refused with the field that is wrong', async (path, field) => {
    const { status, json: problem } = await api.call('GET', `/v1/${path}`);
    expect([status, problem.code, problem.errors[0].field]).toEqual([422, 'invalid_params', field]);
  });

  test.each([
    ['no items', { items: [] }, 422, 'invalid_params'],
    ['items that are no list', { items: {} }, 422, 'invalid_params'],
    ['an unknown field', { items: [{}], extra: 1 }, 422, 'invalid_params'],
  ])('%s are refused', async (_name, body, status, code) => {
    const answer = await api.call('POST', '/v1/batches', json(body));
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  test('an unknown batch is not found', async () => {
    for (const id of [`bat_${ulid()}`, 'x']) {
      for (const [method, path] of [
        ['GET', ''],
        ['POST', '/cancel'],
        ['GET', '/events'],
        ['GET', '/results'],
      ]) {
        expect((await api.call(method!, `/v1/batches/${id}${path}`)).status).toBe(404);
      }
    }
  });
});

describe('a batch of URLs', () => {
  const lines = (values: unknown[], headers: Record<string, string> = {}): RequestInit => ({
    body: values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n'),
    headers: { 'content-type': 'application/x-ndjson', ...headers },
  });
  const linesOf = ({ text }: { text: string }) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));

  test('comes in lines; what is wrong with one has its index, key and code, and the rest is captioned', async () => {
    const url = contract.photoUrl;
    const sent = [
      { batch: { metadata: { run: '2' } } },
      { key: 'good', image: { url }, prompt: fresh() },
      { key: 'good', image: { url } },
      7,
      '{"image":',
      { key: 'inside', image: { url: 'https://10.0.0.1/a.jpg' } },
      { key: '', image: { url } },
      { key: 'gone', image: { url: `${url}/404` } },
      { image: { base64 }, prompt: fresh() },
    ];
    const { json: batch, status } = await api.call('POST', '/v1/batches', lines(sent));
    expect([status, batch.metadata, batch.total, batch.refused]).toEqual([202, { run: '2' }, 8, 5]);
    const seen = batch.items.map((one: { key: string; error: { code: string } | null }) => [one.key, one.error?.code]);
    expect(seen).toEqual([
      ['good', undefined],
      ['good', 'duplicate_key'],
      [null, 'invalid_params'],
      [null, 'malformed_json'],
      ['inside', 'url_blocked'],
      [null, 'invalid_params'],
      ['gone', undefined],
      [null, undefined],
    ]);
    const results = linesOf(await api.call('GET', batch.links.results));
    const byIndex = results.toSorted((one, other) => one.index - other.index);
    expect(byIndex.map(({ key, status, error }) => [key, status, error?.code])).toEqual([
      ['good', 'succeeded', undefined],
      ['good', 'refused', 'duplicate_key'],
      [null, 'refused', 'invalid_params'],
      [null, 'refused', 'malformed_json'],
      ['inside', 'refused', 'url_blocked'],
      [null, 'refused', 'invalid_params'],
      ['gone', 'failed', 'fetch_failed'],
      [null, 'succeeded', undefined],
    ]);
    expect(byIndex[0].data).toMatchObject({ id: batch.items[0].id, image: { format: 'jpeg' }, batch_id: batch.id });
    const { json: read } = await api.call('GET', batch.links.self);
    expect(read).toMatchObject({ state: 'completed', counts: { succeeded: 2, failed: 1 }, items: batch.items });
    const rest = linesOf(await api.call('GET', `${batch.links.results}?cursor=${results[5].cursor}`));
    expect(rest).toEqual(results.slice(6));
  });

  test('is waited for, watched, and canceled with what runs', async () => {
    const items = Array.from({ length: 3 }, () => ({ image: { url: contract.photoUrl }, prompt: fresh() }));
    const waited = await api.call('POST', '/v1/batches', json({ items }, { prefer: 'wait=30' }));
    expect([waited.status, waited.json.state, waited.json.items.length]).toEqual([200, 'completed', 3]);
    const held = { image: { url: contract.photoUrl }, prompt: 'hold' };
    const begun = contract.held.nextBegun();
    const init = json({ items: [held, held] }, { 'cache-control': 'no-cache' });
    const { json: batch } = await api.call('POST', '/v1/batches', init);
    await begun;
    const pending = await api.call('GET', batch.links.self, { headers: { prefer: 'wait=1' } });
    expect([pending.json.state, pending.headers.get('preference-applied')]).toEqual(['processing', 'wait=1']);
    const watching = api.call('GET', batch.links.events);
    const some = await api.call('GET', batch.links.results, { headers: { prefer: 'wait=1' } });
    expect(linesOf(some)).toEqual([]);
    const canceled = await api.call('POST', batch.links.cancel);
    expect(canceled.status).toBe(202);
    const events = (await watching).text.split('\n\n').filter((event) => event.startsWith('id:'));
    const last = JSON.parse(/^data: (.*)$/m.exec(events.at(-1)!)![1]!);
    expect(last).toMatchObject({ id: batch.id, state: 'completed', counts: { canceled: 2 } });
    const seen = { headers: { 'last-event-id': String(last.version) } };
    expect((await api.call('GET', batch.links.events, seen)).status).toBe(204);
    expect((await api.call('POST', batch.links.cancel)).status).toBe(200);
  });

  test('has at most 10,000 items: the others are refused, and all ids are in the answer', async () => {
    const item = JSON.stringify({ image: { url: contract.photoUrl } });
    const body = `${`${item}\n`.repeat(10_000)}{}\n{}`;
    const answer = await api.call('POST', '/v1/batches', lines([body]));
    const { json: batch } = answer;
    expect([answer.status, batch.total, batch.refused, batch.items.length]).toEqual([202, 10_002, 2, 10_002]);
    expect(batch.items.slice(-2)).toMatchObject([
      { index: 10_000, id: null, error: { code: 'batch_too_large' } },
      { index: 10_001, id: null, error: { code: 'batch_too_large' } },
    ]);
    expect(new Set(batch.items.map(({ id }: { id: string }) => id)).size).toBe(10_001);
    const { json: read } = await api.call('GET', batch.links.self);
    expect([read.total, read.items]).toEqual([10_002, null]);
    await api.call('POST', batch.links.cancel);
    const ended = linesOf(await api.call('GET', batch.links.results));
    expect(new Set(ended.map(({ index }) => index)).size).toBe(10_002);
  });
});

test('every success that the document describes for batches was seen in this file', () => {
  expect(api.unseenSuccesses(contractGroups.batches)).toEqual([]);
});
