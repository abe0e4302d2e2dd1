import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { WorkConsumer } from '../attempts/work-consumer.js';
import { greedy, latch, made, serves, submission } from '../testing/fixtures.js';
import { TestQueue } from '../testing/test-queue.js';

let live: TestQueue;
beforeEach(async () => {
  live = await new TestQueue(inject('redisUrl')).start();
});
afterEach(() => live.stop());

/** Captions of a tenant, one after the other. Returns their ids. */
async function submitted(tenant: string, count: number, weight = 10, params = greedy): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const { work } = await live.queue.submit(submission({ tenant, weight, params }));
    ids.push(work.id);
  }
  return ids;
}

/** The tenants of the first `count` captions that one worker begins, in that order; `between` runs in each of them. */
async function begun(count: number, between: (n: number) => Promise<unknown> = async () => {}): Promise<string[]> {
  const order: string[] = [];
  const enough = latch();
  const worker = new WorkConsumer({
    ...{ serves, redisUrl: live.redisUrl, namespace: live.namespace, concurrency: 1, drainMs: 0 },
    handler: async ({ id }, signal) => {
      if (order.length === count) return await new Promise((_, reject) => signal.addEventListener('abort', reject));
      order.push((await live.redis.hget(live.keys.record(id), 'tenant'))!);
      await between(order.length);
      if (order.length === count) enough.open();
      return made('x');
    },
  });
  await worker.start();
  await enough.promise;
  await worker.stop();
  return order;
}

const share = (order: string[], tenant: string) => order.filter((one) => one === tenant).length;

describe('turns', () => {
  test('a tenant behind a flood of another gets every second one', async () => {
    await submitted('flood', 1000);
    await submitted('late', 10);
    const order = await begun(21);
    expect(share(order, 'late')).toBe(10);
  });

  test('are in proportion to weights, and nobody starves', async () => {
    await submitted('heavy', 250, 100);
    await submitted('middle', 60, 20);
    await submitted('light', 6, 2);
    const order = await begun(244);
    expect([share(order, 'heavy'), share(order, 'middle'), share(order, 'light')]).toEqual([
      expect.closeTo(200, -0.6),
      expect.closeTo(40, -0.6),
      expect.closeTo(4, -0.4),
    ]);
  });

  test('are paid for by cost: a key with 8 beams gets as much of the machine as one without, not as many captions', async () => {
    const beams = { ...greedy, num_beams: 8 };
    await submitted('beams', 60, 10, beams);
    await submitted('light', 240);
    const order = await begun(96);
    // One with 8 beams costs as much as 3.8 plain ones.
    expect([share(order, 'light'), share(order, 'beams')]).toEqual([
      expect.closeTo(76, -0.6),
      expect.closeTo(20, -0.6),
    ]);
  });

  test('of a light tenant come however much a heavy one goes on submitting', async () => {
    await submitted('heavy', 20, 100);
    await submitted('light', 3, 1);
    const order = await begun(203, () => submitted('heavy', 1, 100));
    expect(share(order, 'light')).toBe(3);
  });

  test('are taken in the order of submission within a tenant', async () => {
    const ids = await submitted('one', 12);
    const begunIds: string[] = [];
    await live.consume(
      async ({ id }) => {
        begunIds.push(id);
        return made('x');
      },
      { concurrency: 1 },
    );
    await live.ended(ids.at(-1)!, 'one');
    expect(begunIds).toEqual(ids);
  });

  test('of captions that were canceled or have expired are given back', async () => {
    const ids = await submitted('regrets', 400);
    await submitted('other', 60);
    for (const id of ids) await live.queue.cancel(id, 'regrets');
    await submitted('regrets', 10);
    expect(share(await begun(21), 'regrets')).toBe(10);
  });

  test('were waited for by captions that come back: they go before all others', async () => {
    await submitted('other', 30);
    const [first] = await submitted('unlucky', 1);
    const order: string[] = [];
    await live.consume(
      async ({ id, attempt }) => {
        order.push(id);
        if (id === first && attempt === 1) throw new Error('once more');
        // The pause before the next attempt, spent on others.
        const delayed = `${live.keys.root}:jobs:captions.demo:delayed`;
        if (attempt === 1 && order.at(-2) === first) await live.redis.zadd(delayed, 'XX', 1, first!);
        return made('x');
      },
      { concurrency: 1 },
    );
    await live.ended(first!, 'unlucky');
    const again = order.lastIndexOf(first!);
    expect(again).toBeGreaterThan(order.indexOf(first!));
    expect(again).toBeLessThan(6);
  });

  test('leave nothing behind that lasts longer than records do', async () => {
    await submitted('a', 1);
    const [turns] = await live.stored('turns');
    expect(await live.redis.ttl(turns!)).toBeLessThanOrEqual(2 * 86_400);
    await begun(1);
    expect(await live.redis.ttl(turns!)).toBeGreaterThan(0);
  });
});

describe('room', () => {
  test('is left for others, however much one tenant submits', async () => {
    const small = await new TestQueue(inject('redisUrl'), { openMax: 100 }).start();
    const flood = async (tenant: string) => {
      let taken = 0;
      for (; ; taken += 1) {
        const code = await small.queue.submit(submission({ tenant })).then(
          () => null,
          (error) => error.code,
        );
        if (code !== null) return [taken, code];
      }
    };
    expect(await flood('first')).toEqual([80, 'tenant_queue_full']);
    expect(await flood('second')).toEqual([16, 'tenant_queue_full']);
    expect(await flood('third')).toEqual([4, 'queue_full']);
    await small.stop();
  });

  test('in bytes, too', async () => {
    const small = await new TestQueue(inject('redisUrl'), { bytesMax: 20 * 48 }).start();
    for (let n = 0; n < 16; n += 1) await small.queue.submit(submission({ tenant: 'first' }));
    const refused = { code: 'tenant_queue_full' };
    await expect(small.queue.submit(submission({ tenant: 'first' }))).rejects.toMatchObject(refused);
    expect((await small.queue.submit(submission({ tenant: 'second' }))).status).toBe('queued');
    await small.stop();
  });

  test('is all there where there are no tenants', async () => {
    const small = await new TestQueue(inject('redisUrl'), { openMax: 10 }).start();
    for (let n = 0; n < 10; n += 1) await small.queue.submit(submission());
    await expect(small.queue.submit(submission())).rejects.toMatchObject({ code: 'queue_full' });
    await small.stop();
  });
});
