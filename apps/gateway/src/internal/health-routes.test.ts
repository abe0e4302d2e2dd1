import { readFile } from 'node:fs/promises';
import { problemDetails } from '@blipq/contracts';
import { OwnRedis } from '@blipq/test-servers';
import { expect, inject, test, vi } from 'vitest';
import { LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { imageForm } from '../testing/multipart.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));

async function probe(gateway: LiveGateway, path: string): Promise<[number, string]> {
  const answer = await fetch(gateway.url + path);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  return [answer.status, await answer.text()];
}

test('a gateway is ready once Redis answers and a model is registered, and alive in any case', async () => {
  const gateway = await new LiveGateway(inject('redisUrl')).start();
  expect(await probe(gateway, '/livez')).toEqual([200, '\n']);
  expect(await probe(gateway, '/healthz')).toEqual([200, '\n']);
  const noModel = expect.stringMatching(/no worker has registered a model/i);
  await expect.poll(() => probe(gateway, '/readyz')).toEqual([503, noModel]);
  await gateway.registerModel();
  await expect.poll(() => probe(gateway, '/readyz')).toEqual([200, '\n']);
  await gateway.stop();
});

test('a gateway that boots before Redis refuses work meanwhile and serves when Redis comes, without a restart', async () => {
  const redis = await OwnRedis.create();
  const gateway = await new LiveGateway(redis.url).start();
  expect(await probe(gateway, '/livez')).toEqual([200, '\n']);
  expect(await probe(gateway, '/readyz')).toEqual([503, expect.stringMatching(/does not answer/)]);
  const form = imageForm('image', photo);
  const refused = await fetch(`${gateway.url}/v1/captions`, { method: 'POST', ...form });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(problemDetails.parse(await refused.json())).toMatchObject({ code: 'queue_unavailable', retryable: true });
  const legacy = await fetch(`${gateway.url}/generate`, { method: 'POST', ...imageForm('img', photo) });
  expect([legacy.status, await legacy.json()]).toEqual([503, { error: expect.stringMatching(/does not answer/) }]);

  await redis.start();
  await gateway.registerModel();
  await vi.waitFor(async () => expect(await probe(gateway, '/readyz')).toEqual([200, '\n']));
  // The connections come back each at a time of its own.
  await expect
    .poll(async () => (await fetch(`${gateway.url}/v1/captions`, { method: 'POST', ...form })).status)
    .toBe(202);
  await gateway.stop();
  await redis.remove();
});

test('on a Redis that drops captions a gateway is alive but unready, and names the setting to change', async () => {
  const redis = await OwnRedis.create({ settings: { 'maxmemory-policy': 'volatile-lru' } });
  await redis.start();
  const gateway = await new LiveGateway(redis.url).start();
  await gateway.registerModel();
  const reason = expect.stringMatching(/^Redis drops captions .* set maxmemory-policy to noeviction/);
  await expect.poll(() => probe(gateway, '/readyz')).toEqual([503, reason]);
  expect(await probe(gateway, '/livez')).toEqual([200, '\n']);
  await gateway.redis.config('SET', 'maxmemory-policy', 'noeviction');
  await expect.poll(() => probe(gateway, '/readyz')).toEqual([200, '\n']);
  await gateway.stop();
  await redis.remove();
});
