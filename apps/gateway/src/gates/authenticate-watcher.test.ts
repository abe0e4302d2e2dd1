import { readFile } from 'node:fs/promises';
import { ulidToUUID } from 'ulid';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ContractClient } from '../testing/contract-client.js';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { imageForm } from '../testing/multipart.js';
import { hashOf } from './api-keys.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const keys = ['ada', 'bob'].map((name) => ({ name, sha256: hashOf(`${name}-secret`).toString('hex') }));
let gateway: LiveGateway;
let ada: ContractClient;
/** A caption of ada's that has ended, and another. */
let id: string;
let other: string;

beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl'), { BLIPQ_API_KEYS: JSON.stringify(keys) }).start();
  await gateway.registerModel();
  await gateway.work(echoHandler);
  ada = await ContractClient.of(gateway.url, { authorization: 'Bearer ada-secret' });
  [id, other] = [await captioned(), await captioned()];
});
afterAll(() => gateway.stop());

async function captioned(): Promise<string> {
  const { body, headers } = imageForm('image', photo);
  const { json } = await ada.call('POST', '/v1/captions', { body, headers: { ...headers, prefer: 'wait=30' } });
  expect(json.state).toBe('succeeded');
  return json.id;
}

async function tokenOf(client: ContractClient, body: object = {}): Promise<string> {
  const init = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const { status, json, headers } = await client.call('POST', '/v1/events/token', init);
  expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
  return json.token;
}

const events = (of: string, token: string) => `/v1/captions/${of}/events?token=${token}`;

test('a token watches the events of its key, without the key, and does nothing else', async () => {
  const token = await tokenOf(ada);
  const nobody = await ContractClient.of(gateway.url);
  for (const one of [id, other]) {
    const { status, text } = await nobody.call('GET', events(one, token));
    expect([status, text]).toEqual([200, expect.stringContaining(`"id":"${one}"`)]);
  }
  for (const [method, path] of [
    ['GET', `/v1/captions/${id}?token=${token}`],
    ['GET', `/v1/captions?token=${token}`],
    ['GET', `/v1/captions/${id}/deliveries?token=${token}`],
    ['POST', `/v1/captions/${id}/cancel?token=${token}`],
    ['DELETE', `/v1/captions/${id}?token=${token}`],
    ['POST', `/v1/events/token?token=${token}`],
  ] as const) {
    expect([path, (await nobody.call(method, path)).status]).toEqual([path, 401]);
  }
});

test('a token for one caption watches no other, and none watches what is of another key', async () => {
  const nobody = await ContractClient.of(gateway.url);
  const scoped = await tokenOf(ada, { subject: id, ttl_s: 900 });
  expect((await nobody.call('GET', events(id, scoped))).status).toBe(200);
  expect((await nobody.call('GET', events(ulidToUUID(id.slice('cap_'.length)), scoped))).status).toBe(200);
  expect((await nobody.call('GET', events(other, scoped))).json.code).toBe('forbidden');
  const ofBob = await tokenOf(await ContractClient.of(gateway.url, { authorization: 'Bearer bob-secret' }));
  expect((await nobody.call('GET', events(id, ofBob))).json.code).toBe('not_found');
});

test.each([
  ['a token that was never given', `evt_${'x'.repeat(43)}`],
  ['what is no token', 'x'],
  ['an API key', 'ada-secret'],
  ['nothing', ''],
])('%s is unauthorized', async (_what, token) => {
  const nobody = await ContractClient.of(gateway.url);
  expect((await nobody.call('GET', events(id, token))).json.code).toBe('unauthorized');
});

test('a token expires, is not stored, and is not logged', async () => {
  const token = await tokenOf(ada);
  const nobody = await ContractClient.of(gateway.url);
  expect((await nobody.call('GET', events(id, token))).status).toBe(200);
  expect((await nobody.call('GET', events('cap_x', token))).status).toBe(404);
  const stored = (await gateway.keys()).filter((key) => key.includes(':event-token:'));
  const lives = await Promise.all(stored.map((key) => gateway.redis.ttl(key)));
  expect(lives.filter((ttl) => ttl <= 0 || ttl > 900)).toEqual([]);
  const contents = await Promise.all(stored.map((key) => gateway.redis.get(key)));
  expect(JSON.stringify([stored, contents, gateway.logs])).not.toContain(token);
  await gateway.redis.del(stored);
  expect((await nobody.call('GET', events(id, token))).json.code).toBe('unauthorized');
});

test.each([
  [{ ttl_s: 901 }, 'ttl_s'],
  [{ ttl_s: 0 }, 'ttl_s'],
  [{ subject: 'msg_1' }, 'subject'],
  [{ tenant: 'bob' }, 'tenant'],
])('%j is refused with the field that is wrong', async (body, field) => {
  const init = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const { json } = await ada.call('POST', '/v1/events/token', init);
  expect([json.code, json.errors[0].field]).toEqual(['invalid_params', field]);
});

test('a server without keys gives no token, and needs none', async () => {
  const open = await new LiveGateway(inject('redisUrl')).start();
  const anyone = await ContractClient.of(open.url);
  const init = { body: '{}', headers: { 'content-type': 'application/json' } };
  expect((await anyone.call('POST', '/v1/events/token', init)).json.code).toBe('forbidden');
  expect((await anyone.call('GET', events(id, 'x'))).json.code).toBe('not_found');
  await open.stop();
});
