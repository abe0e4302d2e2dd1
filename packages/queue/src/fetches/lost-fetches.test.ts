import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { FetchingQueue, fetched, image } from '../testing/fetching.js';
import { latch, made } from '../testing/fixtures.js';

let live: FetchingQueue;
beforeEach(async () => {
  live = new FetchingQueue(inject('redisUrl'));
  await live.start();
});
afterEach(() => live.stop());

/** As if the gateway that has it had said no more for as long as it may; one that lives says more meanwhile. */
async function silent(id: string): Promise<void> {
  await live.redis.zadd(`${live.keys.root}:open`, 'XX', Date.now() - 1000, id);
}

describe('a gateway', () => {
  test('that dies leaves what another takes over, and what it sends later is refused', async () => {
    const { id, ids } = await live.batchOf(1);
    const begun = latch();
    const go = latch();
    await live.fetcher({
      concurrency: 1,
      handler: async () => {
        begun.open();
        await go.promise;
        return { ...fetched(), image: { ...image, format: 'late' } };
      },
    });
    await begun.promise;
    const reconciler = await live.reconciler();
    await vi.waitFor(async () => {
      await silent(ids[0]!);
      expect((await reconciler.sweep()).requeued).toEqual(ids);
    });
    await live.consume(async () => made('x'));
    await live.fetcher();
    expect(await live.completed(id)).toMatchObject({ counts: { succeeded: 1 } });
    go.open();
    await vi.waitFor(async () => expect(await live.leftovers()).toEqual([]));
    expect((await live.queue.read(ids[0]!))?.image?.format).toBe('png');
  });

  test('that stops gives back what it has in hand, without spending a try', async () => {
    const { id } = await live.batchOf(2);
    const begun = latch();
    const worker = await live.fetcher({
      handler: (_work, signal) =>
        new Promise((_, reject) => {
          begun.open();
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    });
    await begun.promise;
    await worker.stop();
    const attempts: number[] = [];
    await live.consume(async () => made('x'));
    await live.fetcher({
      handler: async ({ attempt }) => {
        attempts.push(attempt);
        return fetched();
      },
    });
    expect(await live.completed(id)).toMatchObject({ counts: { succeeded: 2 } });
    expect(attempts).toEqual([1, 1]);
  });

  test('that dies again and again over one image is not given it for ever', async () => {
    const { id, ids } = await live.batchOf(1);
    await live.redis.hset(live.keys.record(ids[0]!), 'fetch_tries', 7);
    const begun = latch();
    await live.fetcher({
      handler: (_work, signal) =>
        new Promise((_, reject) => {
          begun.open();
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    });
    await begun.promise;
    const reconciler = await live.reconciler();
    await vi.waitFor(async () => {
      await silent(ids[0]!);
      await reconciler.sweep();
      expect((await live.queue.read(ids[0]!))?.state).toBe('failed');
    });
    expect(await live.completed(id)).toMatchObject({ counts: { failed: 1 } });
    expect((await live.queue.read(ids[0]!))?.error?.code).toBe('internal_error');
  });

  test('that dies after the image is stored leaves a job that a reconciler adds', async () => {
    const { id, ids } = await live.batchOf(1);
    const worker = await live.fetcher();
    await vi.waitFor(async () => expect(await live.waitingJobs()).toBe(1));
    expect(await live.redis.hexists(live.keys.record(ids[0]!), 'fetch_token')).toBe(0);
    await worker.stop();
    await live.redis.del(`${live.keys.root}:jobs:captions.demo:${ids[0]}`);
    await live.redis.del(`${live.keys.root}:jobs:captions.demo:prioritized`);
    await live.redis.zadd(`${live.keys.root}:open`, 'XX', 0, ids[0]!);
    expect((await (await live.reconciler()).sweep()).requeued).toEqual(ids);
    await live.consume(async () => made('x'));
    expect(await live.completed(id)).toMatchObject({ counts: { succeeded: 1 } });
  });
});
