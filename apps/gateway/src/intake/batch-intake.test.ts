import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http, { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { OwnRedis } from '@blipq/test-servers';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));

/** A gateway with a model, and a Redis that no other test asks. */
async function gatewayWithOwnRedis(patience?: object): Promise<{ gateway: LiveGateway; server: OwnRedis }> {
  const server = await OwnRedis.create();
  onTestFinished(() => server.remove());
  await server.start();
  const gateway = await new LiveGateway(server.url, {}, patience).start();
  onTestFinished(() => gateway.stop());
  await gateway.registerModel();
  return { gateway, server };
}

test('once Redis has failed for one item the others are not tried', async () => {
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
  // Four at once.
  expect(commands.filter((command) => command.startsWith(`set ${namespace}:{captions}:pixels:`))).toHaveLength(4);
});

const headers = { 'content-type': 'application/json', 'idempotency-key': 'order-1' };
const item = { image: { base64: photo.toString('base64') } };

test('a batch that Redis broke off is finished by a repetition at once: every image is taken once', async () => {
  const { gateway, server } = await gatewayWithOwnRedis({});
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

/** A gateway that may fetch from a host that answers when it is told to. */
async function gatewayWithHost() {
  const asked: ServerResponse[] = [];
  const host = createServer((_request, response) => void asked.push(response)).listen(0, '127.0.0.1');
  onTestFinished(() => void host.close());
  await once(host, 'listening');
  const { port } = host.address() as AddressInfo;
  const settings = { BLIPQ_FETCH_HTTP: true, BLIPQ_FETCH_ALLOW: ['127.0.0.0/8'], BLIPQ_FETCH_PORTS: [port] };
  const gateway = await new LiveGateway(inject('redisUrl'), settings).start();
  onTestFinished(() => gateway.stop());
  await gateway.registerModel();
  return { gateway, asked, url: (n: number) => `http://127.0.0.1:${port}/${n}.jpg` };
}

test('a batch of URLs is acknowledged before any image is fetched, and takes no pixel memory until its turn', async () => {
  const { gateway, asked, url } = await gatewayWithHost();
  const items = Array.from({ length: 6 }, (_, n) => ({ image: { url: url(n) } }));
  const answer = await fetch(`${gateway.url}/v1/batches`, { method: 'POST', headers, body: JSON.stringify({ items }) });
  const batch = (await answer.json()) as { items: { id: string }[]; links: { self: string } };
  expect([answer.status, batch.items.filter(({ id }) => id !== null).length]).toEqual([202, 6]);
  await vi.waitFor(() => expect(asked).toHaveLength(4));
  expect(await gateway.redis.keys(`${gateway.namespace}:{captions}:pixels:*`)).toEqual([]);
  const read = await fetch(`${gateway.url}/v1/captions/${batch.items[5]!.id}`);
  expect(await read.json()).toMatchObject({ state: 'queued', image: null });
  await gateway.work(echoHandler);
  const answered = new Set<ServerResponse>();
  await vi.waitFor(async () => {
    for (const response of asked.filter((one) => !answered.has(one))) {
      answered.add(response);
      response.end(photo);
    }
    const self = await fetch(`${gateway.url}${batch.links.self}`);
    expect(await self.json()).toMatchObject({ state: 'completed', counts: { succeeded: 6 } });
  });
});

test('a client that hangs up in the middle leaves a batch that a repetition under its key finishes', async () => {
  const { gateway, url } = await gatewayWithHost();
  const lines = Array.from({ length: 400 }, (_, n) => JSON.stringify({ key: `k${n}`, image: { url: url(n) } }));
  const ndjson = { ...headers, 'content-type': 'application/x-ndjson' };
  const request = http.request(`${gateway.url}/v1/batches`, { method: 'POST', headers: ndjson });
  const ended = once(request, 'error');
  request.write(`${lines.slice(0, 250).join('\n')}\n`);
  const taken = async () => await gateway.redis.keys(`${gateway.namespace}:{captions}:record:cap_*`);
  await vi.waitFor(async () => expect((await taken()).length).toBeGreaterThan(100));
  request.destroy();
  await ended;
  await vi.waitFor(async () => expect(await taken()).toHaveLength(250));
  const again = await fetch(`${gateway.url}/v1/batches`, { method: 'POST', headers: ndjson, body: lines.join('\n') });
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
  const batch = (await again.json()) as { total: number; refused: number; items: { key: string; id: string }[] };
  expect([batch.total, batch.refused]).toEqual([400, 0]);
  expect((await taken()).map((key) => key.split(':').at(-1)).sort()).toEqual(batch.items.map(({ id }) => id).sort());
  expect(batch.items[399]!.key).toBe('k399');
  expect(await gateway.redis.keys(`${gateway.namespace}:{captions}:batch:*`)).toHaveLength(1);
  const other = [...lines.slice(0, 399), '{"image":{"base64":"!"}}'].join('\n');
  const reused = await fetch(`${gateway.url}/v1/batches`, { method: 'POST', headers: ndjson, body: other });
  expect([reused.status, ((await reused.json()) as { code: string }).code]).toEqual([422, 'idempotency_key_reused']);
});

test('a batch that broke off and was sealed says what of it is missing when it is repeated', async () => {
  const { gateway, url } = await gatewayWithHost();
  const lines = Array.from({ length: 5 }, (_, n) => JSON.stringify({ image: { url: url(n) } }));
  const ndjson = { ...headers, 'content-type': 'application/x-ndjson' };
  const request = http.request(`${gateway.url}/v1/batches`, { method: 'POST', headers: ndjson });
  const ended = once(request, 'error');
  request.write(`${lines.slice(0, 3).join('\n')}\n`);
  const taken = async () => await gateway.redis.keys(`${gateway.namespace}:{captions}:record:cap_*`);
  await vi.waitFor(async () => expect(await taken()).toHaveLength(3));
  request.destroy();
  await ended;
  const [id] = await gateway.redis.zrange(`${gateway.namespace}:{captions}:unsealed`, '0', '-1');
  await gateway.redis.zadd(`${gateway.namespace}:{captions}:unsealed`, 'XX', 0, id!);
  await vi.waitFor(async () => {
    const batch = await fetch(`${gateway.url}/v1/batches/${id}`);
    expect(((await batch.json()) as { items: unknown[] }).items).toHaveLength(3);
  });
  const again = await fetch(`${gateway.url}/v1/batches`, { method: 'POST', headers: ndjson, body: lines.join('\n') });
  expect(await again.json()).toMatchObject({
    ...{ id, total: 5, refused: 2 },
    items: [{}, {}, {}, { index: 3, error: { code: 'queue_unavailable' } }, { index: 4, id: null }],
  });
});

test('a batch of data: URLs that is longer than the memory for bodies streams through it', async () => {
  const { gateway } = await gatewayWithOwnRedis();
  const item = JSON.stringify({ items: [{ image: { url: `data:image/jpeg;base64,${'x'.repeat(4_000_001)}` } }] });
  const one = Buffer.from(item.slice('{"items":['.length, -2));
  async function* body() {
    yield Buffer.from('{"items":[');
    for (let n = 0; n < 90; n += 1) yield Buffer.concat([Buffer.from(n === 0 ? '' : ','), one]);
    yield Buffer.from(']}');
  }
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, duplex: 'half' as const };
  const answer = await fetch(`${gateway.url}/v1/batches`, {
    ...init,
    body: Readable.toWeb(Readable.from(body())) as never,
  });
  expect(await answer.json()).toMatchObject({ total: 90, refused: 90 });
});

test('a long batch that turns out to be no JSON is refused, and what was taken of it is canceled', async () => {
  const { gateway, url } = await gatewayWithHost();
  const item = JSON.stringify({ image: { url: url(0) } });
  const large = JSON.stringify({ image: { base64: 'x'.repeat(4_000_001) } });
  const body = `{"items":[${`${item},`.repeat(20)}${`${large},`.repeat(10)}`;
  const answer = await fetch(`${gateway.url}/v1/batches`, { method: 'POST', headers, body });
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'malformed_json']);
  const list = await fetch(`${gateway.url}/v1/batches`);
  const { data } = (await list.json()) as { data: { state: string; counts: object }[] };
  expect(data).toMatchObject([{ state: 'completed', counts: { queued: 0, processing: 0, canceled: 20 } }]);
});

/** A gateway whose queue has room for ten, of which a batch takes eight. */
async function gatewayWithShortQueue(): Promise<LiveGateway> {
  const gateway = await new LiveGateway(inject('redisUrl'), { BLIPQ_QUEUE_MAX: 10 }).start();
  onTestFinished(() => gateway.stop());
  await gateway.registerModel();
  return gateway;
}

const many = 20;
const lines = Array.from({ length: many }, (_, n) => JSON.stringify({ key: `${n}`, ...item })).join('\n');
function form(): FormData {
  const files = new FormData();
  for (let n = 0; n < many; n += 1) files.append('images', new Blob([photo]), `${n}.jpg`);
  return files;
}

test.each([
  ['data in lines', { headers: { 'content-type': 'application/x-ndjson' }, body: lines }],
  ['files', { body: form() }],
])(
  'a batch of %s that the queue has no room for waits for it, and leaves room to single captions',
  async (_what, init) => {
    const gateway = await gatewayWithShortQueue();
    const answer = fetch(`${gateway.url}/v1/batches`, { method: 'POST', ...init });
    const open = () => gateway.redis.zcard(`${gateway.namespace}:{captions}:open`);
    await vi.waitFor(async () => expect(await open()).toBe(8));
    const single = { method: 'POST', headers: { 'content-type': 'image/jpeg' }, body: photo };
    expect((await fetch(`${gateway.url}/v1/captions`, single)).status).toBe(202);
    await gateway.work(echoHandler);
    const batch = (await (await answer).json()) as { total: number; refused: number; links: { self: string } };
    expect([batch.total, batch.refused]).toEqual([many, 0]);
    const ended = await fetch(gateway.url + batch.links.self, { headers: { prefer: 'wait=60' } });
    expect(await ended.json()).toMatchObject({ state: 'completed', counts: { succeeded: many } });
  },
);
