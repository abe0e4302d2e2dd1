import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OwnRedis } from '@blipq/test-servers';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { LiveGateway, repositoryFile } from '../testing/live-gateway.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));

/** A gateway with a model, and a Redis that no other test asks. */
async function gatewayWithOwnRedis(): Promise<{ gateway: LiveGateway; server: OwnRedis }> {
  const server = await OwnRedis.create();
  onTestFinished(() => server.remove());
  await server.start();
  const gateway = await new LiveGateway(server.url).start();
  onTestFinished(() => gateway.stop());
  await gateway.registerModel();
  return { gateway, server };
}

test('once Redis has failed for one item the others are not tried, and the one that was tried is looked up in the end', async () => {
  const { gateway } = await gatewayWithOwnRedis();
  const { redis, namespace } = gateway;
  // No job can be added.
  await redis.set(`${namespace}:{captions}:jobs:captions.demo:prioritized`, 'not a sorted set');
  const commands: string[] = [];
  const monitor = await redis.monitor();
  onTestFinished(() => monitor.disconnect());
  monitor.on('monitor', (_time: string, words: string[]) => commands.push(words.slice(0, 2).join(' ')));

  const image = { base64: photo.toString('base64') };
  const items = Array.from({ length: 20 }, (_, index) => (index === 10 ? {} : { image }));
  const body = JSON.stringify({ items });
  const type = { 'content-type': 'application/json' };
  const answer = await fetch(`${gateway.url}/v1/batches`, { method: 'POST', headers: type, body });
  const batch = (await answer.json()) as { refused: number; items: { id: string | null; error: { code: string } }[] };
  const marker = randomUUID();
  await redis.get(marker);
  await vi.waitFor(() => expect(commands).toContain(`get ${marker}`));

  const codes = items.map((_, index) => (index === 10 ? 'missing_image' : 'queue_unavailable'));
  expect(answer.status).toBe(202);
  expect(batch.refused).toBe(items.length);
  expect(batch.items.map(({ id, error }) => [id, error.code])).toEqual(codes.map((code) => [null, code]));
  const idsIn = (start: string) =>
    commands.filter((command) => command.startsWith(start)).map((command) => /cap_[0-9A-Z]{26}/.exec(command)![0]);
  const tried = idsIn(`set ${namespace}:{captions}:pixels:`);
  // Four at once.
  expect(tried).toHaveLength(4);
  expect(idsIn(`hget ${namespace}:{captions}:record:`).sort()).toEqual(tried.sort());
});

const headers = { 'content-type': 'application/json', 'idempotency-key': 'order-1' };
const item = { image: { base64: photo.toString('base64') } };

test('a batch that Redis broke off is finished by a repetition at once: every image is taken once', async () => {
  const { gateway, server } = await gatewayWithOwnRedis();
  const body = JSON.stringify({ items: Array.from({ length: 12 }, () => item) });
  const post = () => fetch(`${gateway.url}/v1/batches`, { method: 'POST', headers, body });
  const records = () => gateway.redis.keys(`${gateway.namespace}:{captions}:record:cap_*`);
  const first = post();
  await vi.waitFor(async () => expect((await records()).length).toBeGreaterThan(1), { interval: 1 });
  server.signal('SIGSTOP');
  const { status } = await first;
  server.signal('SIGCONT');
  expect([202, 503]).toContain(status);
  const again = await vi.waitFor(async () => {
    const answer = await post();
    expect(answer.status).toBe(202);
    return (await answer.json()) as { id: string; refused: number; items: { id: string }[] };
  });
  // Where the first answer came in time it says what was refused; otherwise there is nothing that was not taken.
  if (status === 503) expect(again.refused).toBe(0);
  const taken = again.items.filter(({ id }) => id !== null).map(({ id }) => id);
  expect((await records()).map((key) => key.split(':').at(-1)).sort()).toEqual(taken.sort());
  expect(await gateway.redis.keys(`${gateway.namespace}:{captions}:batch:*`)).toHaveLength(1);
});

test('a batch whose client hangs up goes on and is sealed, and a repetition under its key is answered with it', async () => {
  const hosts: ServerResponse[] = [];
  const host = createServer((_request, response) => void hosts.push(response)).listen(0, '127.0.0.1');
  onTestFinished(() => void host.close());
  await once(host, 'listening');
  const { port } = host.address() as AddressInfo;
  const settings = { BLIPQ_FETCH_HTTP: true, BLIPQ_FETCH_ALLOW: ['127.0.0.0/8'], BLIPQ_FETCH_PORTS: [port] };
  const gateway = await new LiveGateway(inject('redisUrl'), settings).start();
  onTestFinished(() => gateway.stop());
  await gateway.registerModel();
  const items = Array.from({ length: 6 }, (_, n) => ({ image: { url: `http://127.0.0.1:${port}/${n}.jpg` } }));
  const body = JSON.stringify({ items });
  const hangUp = new AbortController();
  const first = fetch(`${gateway.url}/v1/batches`, { method: 'POST', headers, body, signal: hangUp.signal });
  await vi.waitFor(() => expect(hosts).toHaveLength(4));
  hangUp.abort();
  await expect(first).rejects.toThrow();
  const answered = new Set<ServerResponse>();
  const batchKey = `${gateway.namespace}:{captions}:batch:*`;
  await vi.waitFor(async () => {
    for (const response of hosts.filter((one) => !answered.has(one))) {
      answered.add(response);
      response.end(photo);
    }
    const [key] = await gateway.redis.keys(batchKey);
    expect(await gateway.redis.hexists(key!, 'items')).toBe(1);
  });
  const again = await fetch(`${gateway.url}/v1/batches`, { method: 'POST', headers, body });
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
  expect(await again.json()).toMatchObject({ total: 6, refused: 0, counts: { queued: 6 } });
  expect(await gateway.redis.keys(batchKey)).toHaveLength(1);
});
