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

  test.each([
    ['batches?state=queued', 'state'],
    ['batches?created_after=yesterday', 'created_after'],
    ['captions?created_before=2026-01-31', 'created_before'],
    ['captions?batch_id=cap_1', 'batch_id'],
    ['matches?batch=x', 'batch'],
  ])('a list of /v1/%s is refused with the field that is wrong', async (path, field) => {
    const { status, json: problem } = await api.call('GET', `/v1/${path}`);
    expect([status, problem.code, problem.errors[0].field]).toEqual([422, 'invalid_params', field]);
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

test('every success that the document describes for batches was seen in this file', () => {
  expect(api.unseenSuccesses(contractGroups.batches)).toEqual([]);
});
