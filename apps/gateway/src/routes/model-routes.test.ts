import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { ContractClient } from '../testing/contract-client.js';
import { LiveGateway, repositoryFile } from '../testing/live-gateway.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const week = 604_800;
let gateway: LiveGateway;
let api: ContractClient;
beforeEach(async () => {
  gateway = await new LiveGateway(inject('redisUrl'), { BLIPQ_MODEL_ABSENT_S: week }).start();
  api = await ContractClient.of(gateway.url);
});
afterEach(() => gateway.stop());

const submit = (model?: string) =>
  api.call('POST', `/v1/captions${model ? `?model=${model}` : ''}`, {
    body: photo,
    headers: { 'content-type': 'image/jpeg' },
  });
const models = (part: string) => `${gateway.namespace}:{models}:${part}`;
const sawIt = (model: string, secondsAgo: number) =>
  gateway.redis.zadd(models('seen'), Date.now() - 1000 * secondsAgo, model);

test('a model that no worker has served for a week says so, takes no new work, and is the default no more', async () => {
  await gateway.registerModel({ model: 'kept' });
  await gateway.registerModel({ model: 'retired' });
  await sawIt('kept', week - 3600);
  await sawIt('retired', week + 3600);
  const refused = await submit('retired');
  expect([refused.status, refused.json.code]).toEqual([503, 'model_unavailable']);
  expect(refused.json.detail).toMatch(/No worker has served the model retired for 7 days.*GET \/v1\/models/);
  expect((await submit('kept')).status).toBe(202);
  expect((await submit()).json.model).toBe('kept');
  const { json } = await api.call('GET', '/v1/models');
  expect(json.data).toMatchObject([
    { id: 'retired', retired: true, last_seen_at: expect.stringMatching(/^20/) },
    { id: 'kept', retired: false },
  ]);
  await expect.poll(async () => (await fetch(`${gateway.url}/readyz`)).status).toBe(200);
});

test('a model whose worker does not say that it is there, as those of before, is not retired', async () => {
  await gateway.registerModel({ model: 'old' });
  await gateway.redis.del(models('seen'), models('order'));
  expect((await submit('old')).status).toBe(202);
  expect((await api.call('GET', '/v1/models/old')).json).toMatchObject({ retired: false, last_seen_at: null });
});

test('the model of another version, whose manifest cannot be read, leaves the others served and is in the log', async () => {
  await gateway.registerModel({ model: 'ours' });
  await gateway.redis.hset(models('manifests'), 'theirs', JSON.stringify({ model: 'theirs', precision: 'fp4' }));
  expect((await submit('ours')).status).toBe(202);
  await expect.poll(async () => (await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  expect((await submit('theirs')).json.code).toBe('unknown_model');
  await vi.waitFor(() => expect(gateway.logs).toContainEqual(expect.objectContaining({ level: 40, model: 'theirs' })));
});

test('what a model’s card says is in /v1/models and in what the model makes; requests name another bound', async () => {
  const card = { note: 'It knows emoji only.', min_confidence: 0.9 };
  await gateway.registerModel({ model: 'carded', ...card });
  await gateway.registerModel({ model: 'plain' });
  const said = async (path: string) => {
    const { json } = await api.call('POST', path, { body: photo, headers: { 'content-type': 'image/jpeg' } });
    return [json.model_note, json.params.min_confidence];
  };
  expect(await said('/v1/captions?model=carded')).toEqual([card.note, 0.9]);
  expect(await said('/v1/captions?model=carded&min_confidence=0.2')).toEqual([card.note, 0.2]);
  expect(await said('/v1/captions?model=plain')).toEqual([null, undefined]);
  const { json } = await api.call('GET', '/v1/models');
  expect(json.data).toMatchObject([
    { id: 'plain', model_note: null, min_confidence: null },
    { id: 'carded', model_note: card.note, min_confidence: 0.9 },
  ]);
});
