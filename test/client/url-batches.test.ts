import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { HeldHandler } from '../../apps/gateway/src/testing/held-handler.js';
import { LiveGateway } from '../../apps/gateway/src/testing/live-gateway.js';
import { Blipq, type BlipqError } from '../../packages/client/src/index.js';

const photo = await readFile(new URL('../images/rocket.jpg', import.meta.url));
const held = new HeldHandler();
let host: Server;
let images: string;
let gateway: LiveGateway;
let blipq: Blipq;

beforeAll(async () => {
  host = createServer((req, res) => {
    if (req.url?.includes('missing')) res.writeHead(404).end();
    else res.setHeader('content-type', 'image/jpeg').end(photo);
  }).listen(0, '127.0.0.1');
  await once(host, 'listening');
  images = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  gateway = await gatewayWith({});
  await gateway.work(held.handle);
  blipq = new Blipq({ server: gateway.url });
});
beforeEach(() => held.letGo());
afterAll(async () => {
  await gateway.stop();
  host.close();
});

async function gatewayWith(config: object): Promise<LiveGateway> {
  const started = await new LiveGateway(inject('redisUrl'), {
    BLIPQ_FETCH_ALLOW: ['127.0.0.1'],
    BLIPQ_FETCH_HTTP: true,
    BLIPQ_FETCH_PORTS: [(host.address() as AddressInfo).port],
    ...config,
  }).start();
  await started.registerModel();
  return started;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const got: T[] = [];
  for await (const item of items) got.push(item);
  return got;
}

const urls = (count: number) => Array.from({ length: count }, () => `${images}/${randomUUID()}.jpg`);
const batchesOf = async (client = blipq) => await all(client.batches.list());
const codeOf = (error: unknown) => (error as BlipqError | undefined)?.code;

describe('images by URL', () => {
  test('go in a batch, and each comes back with its result or its error', async () => {
    const before = (await batchesOf()).length;
    const [first, second] = urls(2) as [string, string];
    const items = [first, { image: new URL(second), prompt: 'a' }, `${images}/missing`, 'http://10.0.0.1/blocked'];
    const results = (await all(blipq.captionMany(items, { params: { max_new_tokens: 5 } }))).toSorted(
      (one, other) => one.index - other.index,
    );
    expect(results.map(({ item }) => item)).toEqual(items);
    expect(results.map(({ resource }) => resource?.caption?.text)).toEqual([
      'echoed',
      'a echoed',
      undefined,
      undefined,
    ]);
    expect(results.map(({ error }) => codeOf(error))).toEqual([undefined, undefined, 'fetch_failed', 'url_blocked']);
    expect(results[0]!.resource!.params.max_new_tokens).toBe(5);
    const [batch, ...others] = await batchesOf();
    expect([others.length, batch]).toMatchObject([before, { total: 4, refused: 1 }]);
  });

  test('of which one needs an id or a run of its own go alone, as files do', async () => {
    const before = (await batchesOf()).length;
    const [keyed, fresh, watched] = urls(3) as [string, string, string];
    const items = [
      { image: keyed, idempotencyKey: randomUUID() },
      { image: fresh, fresh: true },
      { image: watched, onUpdate: () => undefined },
      photo,
    ];
    const results = await all(blipq.captionMany(items));
    expect(results.map(({ resource }) => [resource?.state, resource?.batch_id])).toEqual(
      Array(4).fill(['succeeded', null]),
    );
    expect((await batchesOf()).length).toBe(before);
  });

  test('are canceled when the call is aborted', async () => {
    const begun = held.nextBegun();
    const controller = new AbortController();
    const options = { prompt: 'hold', signal: controller.signal };
    const aborted = expect(all(blipq.captionMany(urls(20), options))).rejects.toThrow('enough');
    await begun;
    const [batch] = await batchesOf();
    expect(batch).toMatchObject({ total: 20, state: 'processing' });
    controller.abort(new Error('enough'));
    await aborted;
    await vi.waitFor(async () =>
      expect(await blipq.batches.get(batch!.id)).toMatchObject({ state: 'completed', counts: { canceled: 20 } }),
    );
  });

  test('are canceled when the loop is left', async () => {
    const [first, ...others] = urls(5).map((image, i) => ({ image, prompt: i === 0 ? 'a' : 'hold' }));
    for await (const { item } of blipq.captionMany([first!, ...others])) {
      expect(item).toBe(first);
      break;
    }
    await vi.waitFor(async () =>
      expect((await batchesOf())[0]).toMatchObject({ state: 'completed', counts: { succeeded: 1, canceled: 4 } }),
    );
  });

  test('wait for a full queue of their key, however long that takes', async () => {
    const sha256 = createHash('sha256').update('ada-key').digest('hex');
    const narrow = await gatewayWith({ BLIPQ_API_KEYS: JSON.stringify([{ name: 'ada', sha256, queue_max: 2 }]) });
    onTestFinished(() => narrow.stop());
    await narrow.work(held.handle);
    const client = new Blipq({ server: narrow.url, apiKey: 'ada-key', retryForMs: 1 });
    const results = await all(client.captionMany(urls(4)));
    expect(results.map(({ resource }) => resource?.state)).toEqual(Array(4).fill('succeeded'));
    expect((await batchesOf(client)).some(({ refused }) => refused > 0)).toBe(true);
  });
});

describe('results of a batch', () => {
  test('come once each, in the order in which they ended, through a stream that breaks off again and again', async () => {
    let broken = 0;
    const flaky: typeof fetch = async (url, init) => {
      const answer = await fetch(url, init);
      if (!String(url).includes('/results') || !answer.body || broken === 3) return answer;
      broken++;
      // The first piece, and then an end without an end.
      const reader = answer.body.getReader();
      const cut = new ReadableStream({
        pull: async (controller) => {
          const { value } = await reader.read();
          if (value) controller.enqueue(value);
          controller.error(new Error('the connection broke'));
          await reader.cancel();
        },
      });
      return new Response(cut, answer);
    };
    const client = new Blipq({ server: gateway.url, fetch: flaky });
    const items = urls(12).map((url, i) => ({ key: `k${i}`, image: { url } }));
    const { id, total } = await client.batches.create(items, {
      metadata: { album: 'x' },
      idempotencyKey: randomUUID(),
    });
    const results = await all(client.batches.results(id));
    expect([broken, total]).toEqual([3, 12]);
    expect(results.map(({ key }) => key).toSorted()).toEqual(items.map(({ key }) => key).toSorted());
    expect(results.map(({ cursor }) => Number(cursor))).toEqual(results.map((_, i) => i + 1));
    const rest = await all(client.batches.results(id, { cursor: results[8]!.cursor }));
    expect(rest.map(({ key }) => key)).toEqual(results.slice(9).map(({ key }) => key));
    expect(await client.batches.get(id)).toMatchObject({ state: 'completed', metadata: { album: 'x' } });
  });

  test('a submission that is repeated under its key makes one batch', async () => {
    const items = urls(2).map((url) => ({ image: { url } }));
    const options = { idempotencyKey: randomUUID() };
    const first = await blipq.batches.create(items, options);
    expect((await blipq.batches.create(items, options)).id).toBe(first.id);
    await expect(blipq.batches.create(items.slice(1), options)).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect((await blipq.batches.cancel(first.id)).id).toBe(first.id);
  });
});
