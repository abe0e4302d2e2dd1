import { BlipqError, itemIdOf, newBatchId } from '@blipq/contracts';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { FetchingQueue, fetched, image, pixels } from '../testing/fetching.js';
import { greedy, latch, made } from '../testing/fixtures.js';
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
  await live.fetcher({
    handler: async (work) => {
      asked.push(work);
      return fetched();
    },
  });
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
  await vi.waitFor(async () => expect((await live.queue.readBatch(id))?.counts.succeeded).toBe(10));
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
  await live.fetcher({
    concurrency: 1,
    handler: async ({ tenant }) => {
      order.push(tenant);
      return fetched();
    },
  });
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
  await live.fetcher({
    concurrency: 1,
    handler: async ({ tenant }) => {
      order.push(tenant);
      return fetched();
    },
  });
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

test('items of several models and kinds that are added in one step are each where they belong, one for an index', async () => {
  const id = newBatchId();
  await live.queue.createBatch({ id });
  const source = { url: 'https://one.invalid/0.jpg', host: 'one.invalid', bytes: pixels.length, fresh: false };
  const common = { revision: 'r1', params: greedy, source };
  const caption = (index: number, more: object = {}) => ({
    ...{ id: itemIdOf('captioning', id, index), item: { index, hash: 'a' }, model: 'demo', prompt: 'a' },
    ...{ ...common, ...more },
  });
  const answer = {
    ...{ id: itemIdOf('question_answering', id, 2), item: { index: 2, hash: 'a' }, model: 'vqa', ...common },
    questions: ['why'],
  };
  const refused = { index: 4, error: { code: 'missing_image', detail: 'There is none.', retryable: false } as const };
  const items = [
    ...[caption(0), caption(1, { model: 'other', timeoutS: 7 }), answer as never],
    ...[caption(3, { metadata: { of: 'mine' } }), caption(0), refused],
  ];
  expect(await live.queue.addItems(id, items)).toBe('added');
  const batch = await live.queue.sealBatch(id);
  expect(batch).toMatchObject({ total: 5, refused: 1, counts: { queued: 4 } });
  expect(batch.items!.map((item) => item.id)).toEqual([caption(0).id, caption(1).id, answer.id, caption(3).id, null]);
  const records = await Promise.all(batch.items!.slice(0, 4).map((item) => live.queue.read(item.id!)));
  expect(records.map((work) => [work!.model, work!.object])).toEqual([
    ...[
      ['demo', 'caption'],
      ['other', 'caption'],
      ['vqa', 'answer'],
      ['demo', 'caption'],
    ],
  ]);
  expect(records.map((work) => work!.metadata)).toEqual([{}, {}, {}, { of: 'mine' }]);
  const deadlines = records.map((work) => Date.parse(work!.deadline_at!) - Date.parse(work!.created_at));
  expect(deadlines).toEqual([5000, 7, 5000, 5000].map((s) => s * 1000));
  const { data } = await live.queue.list({ task: 'captioning', state: 'queued' });
  expect(data.map((work) => work.id).sort()).toEqual([0, 1, 3].map((index) => caption(index).id));
  const turns = await live.redis.zrange(`${live.namespace}:{captions}:fetches:captions.demo`, '0', '-1', 'WITHSCORES');
  expect([turns[0], turns[2], Number(turns[3]) - Number(turns[1])]).toEqual([caption(0).id, caption(3).id, 1000]);
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

test('a repeated retry under a key is answered with the first one while the image is still to be fetched', async () => {
  const { ids } = await live.batchOf(1);
  await live.queue.cancel(ids[0]!);
  const identity = { idempotencyKey: 'k', fingerprint: 'retry' };
  const { status, work } = await live.queue.retry(ids[0]!, identity);
  expect(status).toBe('queued');
  expect(await live.queue.retry(ids[0]!, identity)).toEqual({ status: 'replayed', work });
});
