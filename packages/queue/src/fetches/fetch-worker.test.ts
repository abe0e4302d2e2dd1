import { BlipqError, itemIdOf, newBatchId } from '@blipq/contracts';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { FetchingQueue, fetched, image, pixels } from '../testing/fetching.js';
import { latch, made } from '../testing/fixtures.js';
import type { FetchWork } from './fetch-worker.js';

let live: FetchingQueue;
beforeEach(async () => {
  live = new FetchingQueue(inject('redisUrl'));
  await live.start();
});
afterEach(() => live.stop());

const failure = new BlipqError('fetch_failed', 'The host answered 500 instead of 200.');

test('an item waits without pixels or a job, is fetched, and succeeds with what is known of its image', async () => {
  const { id, ids } = await live.batchOf(3);
  expect(await live.queue.read(ids[1]!)).toMatchObject({ state: 'queued', image: null, batch_id: id });
  expect([await live.stored('pixels'), await live.waitingJobs()]).toEqual([[], 0]);
  expect(await live.queue.load()).toMatchObject({ open: 0, bytes: 0 });
  await live.consume(async ({ prompt }) => ({ ...made(prompt!), revision: 'r1' }));
  const asked: FetchWork[] = [];
  await live.fetcher({ handler: async (work) => (asked.push(work), fetched()) });
  expect(await live.completed(id)).toMatchObject({ refused: 0, counts: { succeeded: 3 } });
  expect(asked.map(({ url, size, attempt }) => [url, size, attempt])).toContainEqual([
    'https://one.invalid/1.jpg',
    4,
    1,
  ]);
  const ended = await live.queue.read(ids[1]!);
  expect(ended).toMatchObject({ state: 'succeeded', image, caption: { text: 'number 1' }, attempt: 1 });
  expect(await live.leftovers()).toEqual([]);
});

test('an item that cannot be fetched fails alone, at once or after the tries that it has', async () => {
  const { id, ids } = await live.batchOf(3, { host: (index) => `h${index}.invalid` });
  await live.consume(async () => made('x'));
  const tries: string[] = [];
  await live.fetcher({
    handler: async (work) => {
      tries.push(work.url);
      if (work.url.includes('h0')) throw failure;
      if (work.url.includes('h1')) throw new BlipqError('image_corrupt', 'It ends too early.');
      return fetched();
    },
  });
  expect(await live.completed(id)).toMatchObject({ counts: { succeeded: 1, failed: 2 } });
  expect(await live.queue.read(ids[0]!)).toMatchObject({
    state: 'failed',
    image: null,
    error: { code: 'fetch_failed' },
  });
  expect(await live.queue.read(ids[1]!)).toMatchObject({ state: 'failed', error: { code: 'image_corrupt' } });
  expect(tries.filter((url) => url.includes('h0'))).toHaveLength(3);
  expect(tries.filter((url) => url.includes('h1'))).toHaveLength(1);
  expect(await live.leftovers()).toEqual([]);
});

test('no more is fetched ahead of the workers than there may be, and no more stored', async () => {
  const { id } = await live.batchOf(20);
  const worker = await live.fetcher({ aheadMax: 5 });
  await vi.waitFor(async () => expect(await live.waitingJobs()).toBe(5));
  expect(await live.stored('pixels')).toHaveLength(5);
  expect(await live.queue.load()).toMatchObject({ open: 5, bytes: 5 * pixels.length });
  await worker.stop();
  expect(await live.stored('pixels')).toHaveLength(5);
  await live.consume(async () => made('x'));
  await live.fetcher({ aheadMax: 100, openMax: 3, bytesMax: 3 * pixels.length });
  expect(await live.completed(id)).toMatchObject({ counts: { succeeded: 20 } });
  expect(await live.leftovers()).toEqual([]);
});

test('a host is asked for so much at once, and one that does not answer holds up nobody', async () => {
  const { id } = await live.batchOf(40, { host: (index) => (index < 30 ? 'slow.invalid' : 'quick.invalid') });
  await live.consume(async () => made('x'));
  const slow = latch();
  let asked = 0;
  await live.fetcher({
    handler: async ({ url }) => {
      if (!url.includes('slow')) return fetched();
      asked += 1;
      await slow.promise;
      throw failure;
    },
  });
  await vi.waitFor(async () => expect((await live.queue.readBatch(id))?.counts.succeeded).toBe(10), {
    timeout: 20_000,
  });
  expect(asked).toBe(4);
  slow.open();
  // A host that has failed three times is asked no more for a while; what is to come from it has its tries all the same.
  expect(await live.completed(id)).toMatchObject({ counts: { succeeded: 10, failed: 30 } });
  expect(asked).toBeLessThan(12);
  expect((await live.leftovers()).filter((key) => !key.includes(':trouble:'))).toEqual([]);
});

test('keys take turns, whoever came first and with however many', async () => {
  await live.batchOf(50, { tenant: 'first' });
  await live.batchOf(5, { tenant: 'second' });
  const order: string[] = [];
  await live.fetcher({ concurrency: 1, handler: async ({ tenant }) => (order.push(tenant), fetched()) });
  await vi.waitFor(() => expect(order.length).toBeGreaterThan(20));
  expect(order.slice(0, 11).filter((tenant) => tenant === 'second')).toHaveLength(5);
});

test('places of those that end before they are fetched are free again, and their turns are given back', async () => {
  const first = await live.batchOf(40, { tenant: 'first' });
  for (const id of first.ids) await live.queue.cancel(id, 'first');
  expect(await live.completed(first.id, 'first')).toMatchObject({ counts: { canceled: 40 } });
  await live.batchOf(3, { tenant: 'second' });
  await live.batchOf(3, { tenant: 'first' });
  const order: string[] = [];
  await live.fetcher({ concurrency: 1, handler: async ({ tenant }) => (order.push(tenant), fetched()) });
  await vi.waitFor(() => expect(order).toHaveLength(6));
  expect(order.slice(0, 4).filter((tenant) => tenant === 'first')).toHaveLength(2);
});

test('what expires, is canceled or is deleted while it is fetched stays so', async () => {
  const { ids, id } = await live.batchOf(3, { timeoutS: 3600 });
  const begun = latch();
  const go = latch();
  let asked = 0;
  await live.fetcher({
    handler: async () => {
      asked += 1;
      if (asked === 3) begun.open();
      await go.promise;
      return fetched();
    },
  });
  await begun.promise;
  await live.passed(ids[0]!, 'deadline_ms');
  await (await live.reconciler()).sweep();
  await live.queue.cancel(ids[1]!);
  await live.queue.delete(ids[2]!);
  go.open();
  expect(await live.completed(id)).toMatchObject({ counts: { expired: 1, canceled: 2 } });
  await vi.waitFor(async () => expect(await live.leftovers()).toEqual([]));
  expect((await live.queue.read(ids[0]!))?.state).toBe('expired');
});

test('what there is no room for is refused with its index, in all and for one key', async () => {
  const id = newBatchId();
  const few = await live.batchOf(1, { tenant: 'first', tenantOpenMax: 1 });
  await live.queue.createBatch({ id, tenant: 'first' });
  const another = few.items.map((item) => ({ ...item, id: itemIdOf('captioning', id, 0) }));
  await live.queue.addItems(id, another, { tenant: 'first', tenantOpenMax: 1 });
  await live.queue.sealBatch(id, [], { tenant: 'first' });
  expect(await live.queue.readBatch(id, 'first')).toMatchObject({
    ...{ state: 'completed', total: 1, refused: 1 },
    items: [{ index: 0, key: 'k0', id: null, error: { code: 'tenant_queue_full' } }],
  });
  const full = await live.batchOf(1100);
  expect(await live.queue.readBatch(full.id)).toMatchObject({ total: 1100, refused: 101, counts: { queued: 999 } });
  const refusal = (await live.queue.batchItems(full.id)).find(({ error }) => error !== null);
  expect(refusal).toMatchObject({ index: 999, error: { code: 'queue_full' } });
});

test('an item that is added again is added once', async () => {
  const { id, items } = await live.batchOf(2);
  const open = newBatchId();
  await live.queue.createBatch({ id: open });
  const moved = items.map((item, index) => ({ ...item, id: itemIdOf('captioning', open, index) }));
  for (let times = 0; times < 2; times += 1) await live.queue.addItems(open, moved);
  expect(await live.queue.readBatch(open)).toMatchObject({ total: 2, counts: { queued: 2 } });
  const other = moved.map((item) => ({ ...item, item: { ...item.item, hash: 'b' } }));
  await expect(live.queue.addItems(open, other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  expect(await live.queue.addItems(id, [{ ...moved[0]!, item: { index: 9, hash: 'a' } }])).toBe('sealed');
});

test('an image whose result is known is not captioned again, and one that failed can be fetched anew', async () => {
  await live.consume(async () => ({ ...made('x'), revision: 'r1' }));
  let fails = false;
  await live.fetcher({
    reuseS: 60,
    handler: async () => {
      if (fails) throw new BlipqError('image_corrupt', 'It ends too early.');
      return fetched();
    },
  });
  for (const cached of [false, true]) {
    const { id, ids } = await live.batchOf(1);
    await live.completed(id);
    expect((await live.queue.read(ids[0]!))?.cached).toBe(cached);
  }
  fails = true;
  const failed = await live.batchOf(1);
  await live.completed(failed.id);
  fails = false;
  const { work } = await live.queue.retry(failed.ids[0]!);
  expect(work).toMatchObject({ state: 'queued', image: null, retry_of: failed.ids[0] });
  expect((await live.ended(work.id)).state).toBe('succeeded');
});
