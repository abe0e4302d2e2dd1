import type { Task } from '@blipq/contracts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { base64, json, photo } from '../testing/caption-contract.js';
import { ContractClient } from '../testing/contract-client.js';
import { echoAskedHandler, echoHandler, LiveGateway } from '../testing/live-gateway.js';
import { multipart } from '../testing/multipart.js';

const image = { base64 };
let gateway: LiveGateway;
let api: ContractClient;
beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel();
  await gateway.registerModel({ model: 'large', image_size: 384 });
  await gateway.registerModel({ task: 'image_text_retrieval', model: 'itm', revision: 'm1' });
  await gateway.work(echoHandler);
  await gateway.workAs<Task>({ task: 'image_text_retrieval', model: 'itm' }, echoAskedHandler);
  api = await ContractClient.of(gateway.url);
});
afterAll(() => gateway.stop());

const wait = { prefer: 'wait=30' };
const match = { probability: 0.75, similarity: 0.5, model: 'itm', revision: 'm1' };
const asked = { model: 'demo', prompt: 'a' };

test('captions with a match come from one request, as JSON, as a form, as a raw image and in a batch', async () => {
  const expected = { state: 'succeeded', caption: { text: 'a echoed' }, match, model: 'demo' };
  const sent = await api.call('POST', '/v1/captions', json({ image, match: true, ...asked }, wait));
  expect([sent.status, sent.json]).toMatchObject([200, expected]);
  const fields = Object.entries({ ...asked, match: 'true' }).map(([name, value]) => ({ name, value }));
  const { body, headers } = multipart([...fields, { name: 'image', value: photo, filename: 'a.jpg' }]);
  const formed = await api.call('POST', '/v1/captions', { body, headers: { ...headers, ...wait } });
  expect(formed.json).toMatchObject(expected);
  const type = { 'content-type': 'image/jpeg' };
  const query = new URLSearchParams({ ...asked, match: 'true' });
  const raw = await api.call('POST', `/v1/captions?${query}`, { body: photo, headers: { ...type, ...wait } });
  expect(raw.json).toMatchObject(expected);
  const items = [{ image, match: true, ...asked }];
  const { json: batch } = await api.call('POST', '/v1/batches', json({ items }));
  const item = await api.call('GET', `/v1/captions/${batch.items[0].id}`, { headers: wait });
  expect(item.json).toMatchObject(expected);
});

test('captions have no match unless the request asks for one', async () => {
  for (const body of [{}, { match: false }]) {
    const sent = await api.call('POST', '/v1/captions', json({ image, ...body, ...asked }, wait));
    expect(sent.json).toMatchObject({ state: 'succeeded', caption: { text: 'a echoed' }, match: null, attempt: 1 });
  }
});

test('captions with a match are refused where the two models see images of different sizes, which are named', async () => {
  const sent = await api.call('POST', '/v1/captions', json({ image, match: true, model: 'large' }));
  expect([sent.status, sent.json.code]).toEqual([422, 'match_unavailable']);
  expect(sent.json.detail).toMatch(/large sees 384 × 384 pixels, itm sees 128 × 128 pixels/);
});
