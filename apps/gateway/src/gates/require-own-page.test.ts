import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { LiveGateway } from '../testing/live-gateway.js';
import { hashOf } from './api-keys.js';

let open: LiveGateway;
let withKeys: LiveGateway;
beforeAll(async () => {
  const settings = { BLIPQ_HOSTS: ['captions.example.com'], BLIPQ_CORS_ORIGINS: ['https://app.example.com'] };
  open = await new LiveGateway(inject('redisUrl'), settings).start();
  const keys = [{ name: 'ada', sha256: hashOf('ada-secret').toString('hex') }];
  withKeys = await new LiveGateway(inject('redisUrl'), { BLIPQ_API_KEYS: JSON.stringify(keys) }).start();
});
afterAll(async () => {
  await open.stop();
  await withKeys.stop();
});

/** fetch() takes no Host from its caller. */
async function ask(gateway: LiveGateway, path: string, headers: Record<string, string>) {
  return await new Promise<{ status: number; code: unknown }>((resolve, reject) => {
    const asking = request(`${gateway.url}${path}`, { headers }, async (answer) => {
      const { code } = (await json(answer)) as { code?: string };
      resolve({ status: answer.statusCode!, code });
    });
    asking.on('error', reject).end();
  });
}

test.each([
  'localhost',
  '127.0.0.1:1234',
  '[::1]:80',
  '10.1.2.3',
  'gateway',
  'gateway.blipq.svc',
  'captions.example.com',
])('a gateway without keys answers under the name %s', async (host) => {
  expect((await ask(open, '/v1/captions', { host })).status).toBe(200);
});

test.each([
  'rebound.example.com',
  'rebound.example.com:3000',
  'captions.example.com.evil.example',
  '127.0.0.1.evil.example',
])('and not under %s, which a stranger may own', async (host) => {
  expect(await ask(open, '/v1/captions', { host })).toEqual({ status: 403, code: 'forbidden' });
  expect((await ask(open, '/generate/status?task_id=x', { host })).status).toBe(403);
});

test('a page of another origin may use a gateway without keys only if it is named, and its own pages always', async () => {
  const from = async (origin: string) => (await ask(open, '/v1/captions', { host: 'localhost:80', origin })).status;
  const origins = [
    'http://localhost',
    'https://app.example.com',
    'https://evil.example',
    'null',
    'http://localhost:81',
  ];
  expect(await Promise.all(origins.map(from))).toEqual([200, 200, 403, 403, 403]);
});

test('with keys the key decides, whatever the host and the origin', async () => {
  const headers = { host: 'a.example.com', origin: 'https://b.example.com', authorization: 'Bearer ada-secret' };
  expect((await ask(withKeys, '/v1/captions', headers)).status).toBe(200);
});
