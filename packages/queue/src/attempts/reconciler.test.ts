import { BlipqError, newCaptionId } from '@blipq/contracts';
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { WorkQueue } from '../callers/work-queue.js';
import { queueKeys } from '../redis/keys.js';
import { freshNamespace, latch, made, patient, serves, submission } from '../testing/fixtures.js';
import { Reconciler } from './reconciler.js';
import { Records } from './records.js';
import { WorkConsumer } from './work-consumer.js';

const redisUrl = inject('redisUrl');
let namespace: string;
let prefix: string;
let queue: WorkQueue;
let reconciler: Reconciler;
let redis: Redis;

beforeEach(async () => {
  namespace = freshNamespace();
  prefix = `${namespace}:{captions}`;
  redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  queue = new WorkQueue({ redisUrl, namespace, ...patient });
  reconciler = new Reconciler({ redisUrl, namespace, everyMs: 3_600_000 });
  await queue.start();
  await reconciler.start();
});

afterEach(async () => {
  await reconciler.stop();
  await queue.stop();
  redis.disconnect();
});

/** Lets the reconciler look at a caption now instead of after its grace time. */
async function due(id: string): Promise<void> {
  expect(await redis.zadd(`${prefix}:open`, 'XX', 'CH', 0, id)).toBe(1);
}

test('a job that is in no list (Redis did half of a transaction) is added again', async () => {
  const { work } = await queue.submit(submission());
  expect(await redis.zrem(`${prefix}:jobs:captions.demo:prioritized`, work.id)).toBe(1);
  await due(work.id);
  expect(await reconciler.sweep()).toEqual({ requeued: [work.id], ended: [] });
  expect(await redis.zscore(`${prefix}:jobs:captions.demo:prioritized`, work.id)).not.toBeNull();
});

test('a record whose job was never added (a gateway died between the two) gets its job', async () => {
  const { work } = await queue.submit(submission());
  const jobs = new Queue('captions.demo', { connection: redis, prefix: `${prefix}:jobs` });
  expect(await jobs.remove(work.id)).toBe(1);
  await due(work.id);
  expect(await reconciler.sweep()).toEqual({ requeued: [work.id], ended: [] });
  const worker = new WorkConsumer({
    serves,
    redisUrl,
    namespace,
    concurrency: 1,
    handler: async () => made('found again'),
  });
  await worker.start();
  expect(await queue.wait(work.id, { timeoutMs: 120_000 })).toMatchObject({
    status: 'finished',
    work: { state: 'succeeded', attempt: 1 },
  });
  await worker.stop();
  await jobs.close();
});

test('a caption that waits for its turn, or is not yet due, is left alone', async () => {
  const waiting = await queue.submit(submission());
  await queue.submit(submission());
  await due(waiting.work.id);
  expect(await reconciler.sweep()).toEqual({ requeued: [], ended: [] });
  expect(await redis.zcard(`${prefix}:jobs:captions.demo:prioritized`)).toBe(2);
  expect(await redis.zcount(`${prefix}:open`, '-inf', Date.now())).toBe(0);
});

test('a caption that waits for another attempt by a clock that is ahead does not wait for that', async () => {
  const real = Date.now;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => real() + 420_000);
  onTestFinished(() => void clock.mockRestore());
  const error = new BlipqError('internal_error', 'The engine ended.');
  const options = { serves, redisUrl, namespace, concurrency: 1 };
  const stopped = latch<Promise<void>>();
  const wrong = new WorkConsumer({
    ...{ ...options, handler: async () => Promise.reject(error) },
    // Before it would make the next attempt itself.
    onAttempt: () => stopped.open(wrong.stop()),
  });
  await wrong.start();
  const { work } = await queue.submit(submission());
  await stopped.promise;
  expect(await redis.zcard(`${prefix}:jobs:captions.demo:delayed`)).toBe(1);
  clock.mockRestore();
  const right = new WorkConsumer({ ...options, handler: async () => made('in time') });
  await right.start();
  onTestFinished(() => right.stop());
  const ended = await queue.wait(work.id, { timeoutMs: 120_000 });
  expect(ended).toMatchObject({ status: 'finished', work: { state: 'succeeded', attempt: 2 } });
});

test('a gateway that died before it said that the job is there keeps nobody from being replayed', async () => {
  const request = { idempotencyKey: 'key', fingerprint: 'f' };
  const { work } = await queue.submit(submission(request));
  await redis.hset(`${prefix}:record:${work.id}`, 'storing', 1);
  await expect(queue.submit(submission(request))).rejects.toMatchObject({ code: 'idempotency_in_progress' });
  await due(work.id);
  expect(await reconciler.sweep()).toEqual({ requeued: [], ended: [] });
  expect(await queue.submit(submission(request))).toMatchObject({ status: 'replayed', work: { id: work.id } });
});

test('work that two workers took and never began (Redis ended before it answered) is made by the third', async () => {
  const { work } = await queue.submit(submission());
  const taker = new Worker('captions.demo', null, {
    ...{ connection: redis, prefix: `${prefix}:jobs`, maxStalledCount: 1, stalledInterval: 100 },
  });
  for (const _ of [1, 2]) {
    const job = await taker.getNextJob('never heard of');
    await redis.del(`${prefix}:jobs:captions.demo:${work.id}:lock`);
    await taker.startStalledCheckTimer();
    await vi.waitFor(async () => expect(await job!.getState()).not.toBe('active'));
  }
  await taker.close();
  const third = new WorkConsumer({ serves, redisUrl, namespace, concurrency: 1, handler: async () => made('begun') });
  await third.start();
  onTestFinished(() => third.stop());
  const ended = await queue.wait(work.id, { timeoutMs: 120_000 });
  expect(ended).toMatchObject({ status: 'finished', work: { state: 'succeeded', attempt: 1 } });
});

/** Work that a worker has in hand, under `token`, and that BullMQ has given up all the same. */
async function givenUp(token: string): Promise<string> {
  const { work } = await queue.submit(submission());
  await redis.hset(`${prefix}:record:${work.id}`, 'token', token);
  const failing = new Worker('captions.demo', () => Promise.reject(new UnrecoverableError('stalled')), {
    connection: redis,
    prefix: `${prefix}:jobs`,
  });
  await new Promise((resolve) => failing.once('failed', resolve));
  await failing.close();
  await due(work.id);
  expect(await reconciler.sweep()).toEqual({ requeued: [], ended: [] });
  return work.id;
}

test('a caption whose job BullMQ has given up ends as worker_lost', async () => {
  const id = await givenUp('token');
  await due(id);
  expect(await reconciler.sweep()).toEqual({ requeued: [], ended: [] });
  await redis.hset(`${prefix}:record:${id}`, 'given_up_ms', Date.now() - 60_000);
  await due(id);
  expect(await reconciler.sweep()).toEqual({ requeued: [], ended: [id] });
  expect(await queue.read(id)).toMatchObject({ state: 'failed', error: { code: 'worker_lost' } });
  expect(await queue.load()).toMatchObject({ open: 0 });
});

test('a caption whose job BullMQ has given up is made when its worker turns out to live', async () => {
  const id = await givenUp('token');
  const records = new Records(redis, queueKeys({ namespace }));
  expect(await records.requeue(id, 'token')).toBe('stale');
  await due(id);
  expect(await reconciler.sweep()).toEqual({ requeued: [id], ended: [] });
  expect(await redis.hexists(`${prefix}:record:${id}`, 'given_up_ms')).toBe(0);
  expect(await queue.read(id)).toMatchObject({ state: 'queued' });
});

test('an entry without a record is forgotten', async () => {
  await redis.zadd(`${prefix}:open`, 0, newCaptionId());
  expect(await reconciler.sweep()).toEqual({ requeued: [], ended: [] });
  expect(await redis.exists(`${prefix}:open`)).toBe(0);
});

test('work that nobody took before its pixels expired ends, with its webhook, and so does its batch', async () => {
  const short = new WorkQueue({ redisUrl, namespace, ...patient, imageTtlS: 1, retentionS: 100 });
  await short.start();
  onTestFinished(() => short.stop());
  const webhook = { url: 'https://hooks.invalid/', secret: 'default', events: ['caption.failed' as const] };
  const { batch } = await short.createBatch({});
  const { work } = await short.submit(submission({ batchId: batch.id, webhook, timeoutS: 3600 }));
  await short.sealBatch(batch.id, [{ index: 0, id: work.id, error: null }]);
  // The record has no end of its own before the work has ended.
  expect(await redis.ttl(`${prefix}:record:${work.id}`)).toBe(-1);
  const ended = await vi.waitFor(async () => {
    const { ended } = await reconciler.sweep();
    expect(ended).toEqual([work.id]);
    return await redis.hgetall(`${prefix}:record:${work.id}`);
  });
  expect(ended).toMatchObject({ state: 'failed', error: expect.stringContaining('input_expired') });
  expect(await redis.xlen(`${prefix}:outbox`)).toBe(1);
  expect(await redis.hget(`${prefix}:batch:${batch.id}`, 'finished_ms')).not.toBeNull();
  expect(await redis.keys(`${prefix}:jobs:captions.demo:cap_*`)).toEqual([]);
  expect(await redis.zcard(`${prefix}:open`)).toBe(0);
});

test('work whose pixels are gone is left to the worker that has it', async () => {
  const finish = latch();
  const begun = latch();
  const worker = new WorkConsumer({
    ...{ serves, redisUrl, namespace, concurrency: 1 },
    handler: async () => {
      begun.open();
      await finish.promise;
      return made('in time');
    },
  });
  await worker.start();
  onTestFinished(() => worker.stop());
  const { work } = await queue.submit(submission());
  await begun.promise;
  await redis.unlink(await redis.keys(`${prefix}:pixels:*`));
  await due(work.id);
  expect(await reconciler.sweep()).toEqual({ requeued: [], ended: [] });
  finish.open();
  expect(await queue.wait(work.id, { timeoutMs: 120_000 })).toMatchObject({ work: { state: 'succeeded' } });
});
