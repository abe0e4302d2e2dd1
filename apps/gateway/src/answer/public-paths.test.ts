import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { LiveGateway, repositoryFile } from '../testing/live-gateway.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const uuid = '0190a5ec-7d50-7b2a-9d4b-3f2a6c1e8d07';
let behind: LiveGateway;
let alone: LiveGateway;
beforeAll(async () => {
  behind = await new LiveGateway(inject('redisUrl'), { BLIPQ_TRUST_PROXY: ['loopback'] }).start();
  alone = await new LiveGateway(inject('redisUrl'), { BLIPQ_LOG_CLIENTS: false }).start();
  for (const gateway of [behind, alone]) await gateway.registerModel();
});
afterAll(async () => {
  await behind.stop();
  await alone.stop();
});

async function ask(gateway: LiveGateway, path: string, init: RequestInit = {}) {
  const headers = { 'content-type': 'image/jpeg', 'x-forwarded-prefix': '/blipq/', ...init.headers };
  const answer = await fetch(gateway.url + path, { ...init, headers });
  // biome-ignore lint/suspicious/noExplicitAny: any answer of the API.
  return { status: answer.status, location: answer.headers.get('location'), json: (await answer.json()) as any };
}

test('links, Location and problems have the prefix that a trusted proxy strips', async () => {
  const made = await ask(behind, '/v1/captions', { method: 'POST', body: photo });
  const self = `/blipq/v1/captions/${made.json.id}`;
  expect([made.status, made.location, made.json.links.self, made.json.links.batch]).toEqual([202, self, self, null]);
  const page = await ask(behind, '/v1/captions');
  expect(page.json.data[0].links.self).toBe(self);
  const missing = await ask(behind, '/v1/nothing');
  expect(missing.json).toMatchObject({ type: '/blipq/docs/errors/not_found', instance: '/blipq/v1/nothing' });
});

test('a prefix that nobody trusted sent, or that is no path, is ignored', async () => {
  const { json } = await ask(alone, '/v1/captions', { method: 'POST', body: photo });
  expect(json.links.self).toBe(`/v1/captions/${json.id}`);
  const odd = await ask(behind, '/v1/nothing', { headers: { 'x-forwarded-prefix': '//evil.example/"' } });
  expect(odd.json.instance).toBe('/v1/nothing');
});

test('a UUID is an id as good as a ULID: of its 128 bits, and found under both', async () => {
  const made = await ask(behind, `/v1/captions/${uuid}`, { method: 'PUT', body: photo });
  expect(made.json.id).toBe('cap_01J2JYRZAGFCN9TJSZ59P1X387');
  const again = await ask(behind, `/v1/captions/${uuid.toUpperCase()}`, { method: 'PUT', body: photo });
  expect([made.status, again.status, again.json.id]).toEqual([202, 202, made.json.id]);
  for (const id of [uuid, made.json.id]) expect((await ask(behind, `/v1/captions/${id}`)).json.id).toBe(made.json.id);
});

test('a webhook in JSON may be its URL alone', async () => {
  const body = JSON.stringify({ image: { base64: photo.toString('base64') }, webhook: 'https://blipq.invalid/hook' });
  const headers = { 'content-type': 'application/json' };
  expect((await ask(behind, '/v1/captions', { method: 'POST', body, headers })).status).toBe(202);
  const batch = `{"items":[${body}],"webhook":"https://blipq.invalid/hook"}`;
  expect((await ask(behind, '/v1/batches', { method: 'POST', body: batch, headers })).json).toMatchObject({
    refused: 0,
  });
});

test.each(['metadata', 'params'])('a name __proto__ in %s is refused by its path', async (field) => {
  const body = `{"image":{"base64":"aGk="},"${field}":{"__proto__":"x"}}`;
  const headers = { 'content-type': 'application/json' };
  const { status, json } = await ask(behind, '/v1/captions', { method: 'POST', body, headers });
  expect([status, json.errors[0].field]).toEqual([422, `${field}.__proto__`]);
});

test('a line of the log says from which address a request came, unless that is to be hidden', async () => {
  const line = (gateway: LiveGateway) =>
    vi.waitFor(() => {
      const found = gateway.logs.find(({ path }) => path === '/v1/models');
      expect(found).toBeDefined();
      return found!;
    });
  for (const gateway of [behind, alone])
    await ask(gateway, '/v1/models', { headers: { 'x-forwarded-for': '192.0.2.7' } });
  expect(await line(behind)).toMatchObject({ client: '192.0.2.7' });
  expect(await line(alone)).not.toHaveProperty('client');
});
