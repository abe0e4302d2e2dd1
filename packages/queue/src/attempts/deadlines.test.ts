import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { made, submission } from '../testing/fixtures.js';
import { TestQueue } from '../testing/test-queue.js';
import { Records } from './records.js';

let live: TestQueue;
beforeEach(async () => {
  live = await new TestQueue(inject('redisUrl')).start();
});
afterEach(() => live.stop());

describe('a deadline', () => {
  test('passes before a worker comes: the caption expires, in a sweep', async () => {
    const { work } = await live.queue.submit(submission({ timeoutS: 30 }));
    expect(Date.parse(work.deadline_at!)).toBe(Date.parse(work.created_at) + 30_000);
    const reconciler = await live.reconciler();
    expect(await reconciler.sweep()).toEqual({ requeued: [], ended: [] });
    await live.passed(work.id, 'deadline_ms');
    expect(await reconciler.sweep()).toEqual({ requeued: [], ended: [work.id] });
    expect(await live.ended(work.id)).toMatchObject({ state: 'expired', attempt: 0 });
    expect(await live.waitingJobs()).toBe(0);
  });

  test('of many is over for all of them in one sweep, and what a worker has begun has none', async () => {
    // Not by a worker, whose own reconciler would end some of them before this one does.
    const running = (await live.queue.submit(submission({ timeoutS: 30 }))).work.id;
    await live.redis.set(`${live.keys.root}:jobs:captions.demo:${running}:lock`, 'worker:1');
    await new Records(live.redis, live.keys).begin(running, 'worker:1', 'captions.demo');
    const ids = await Promise.all(
      Array.from({ length: 250 }, async () => (await live.queue.submit(submission({ timeoutS: 30 }))).work.id),
    );
    for (const id of [running, ...ids]) await live.passed(id, 'deadline_ms');
    const { ended } = await (await live.reconciler()).sweep();
    expect(ended.sort()).toEqual(ids.sort());
    expect(await live.redis.zcard(`${live.keys.root}:deadlines`)).toBe(0);
    expect((await live.queue.read(running))?.state).toBe('processing');
  });

  test('is no later for a clock that went back', async () => {
    const { work } = await live.queue.submit(submission({ timeoutS: 30 }));
    // As if the clock had been an hour ahead when it was submitted.
    await live.redis.hset(live.keys.record(work.id), 'deadline_ms', Date.now() + 3_630_000);
    for (const kind of ['open', 'deadlines']) {
      await live.redis.zadd(`${live.keys.root}:${kind}`, 'XX', Date.now() + 3_630_000, work.id);
    }
    await (await live.reconciler()).sweep();
    expect(Number(await live.redis.zscore(`${live.keys.root}:deadlines`, work.id))).toBeLessThan(Date.now() + 60_000);
  });

  test('has passed when the worker comes: the caption is not made', async () => {
    const late = (await live.queue.submit(submission({ timeoutS: 30 }))).work.id;
    const timely = (await live.queue.submit(submission({ timeoutS: 30 }))).work.id;
    await live.passed(late, 'deadline_ms');
    await live.consume(async () => made('x'));
    expect((await live.ended(late)).state).toBe('expired');
    expect((await live.ended(timely)).state).toBe('succeeded');
  });
});
