import { OwnRedis } from '@blipq/test-servers';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Reconciler } from '../attempts/reconciler.js';
import { WorkConsumer } from '../attempts/work-consumer.js';
import { WorkQueue } from '../callers/work-queue.js';
import { ModelRegistry } from '../observe/model-registry.js';
import { QueueHealth } from '../observe/queue-health.js';
import { freshNamespace, latch, made, serves, submission } from '../testing/fixtures.js';

let server: OwnRedis;
let queue: WorkQueue;
let health: QueueHealth;
let worker: WorkConsumer | undefined;
const errors: Error[] = [];
const namespace = freshNamespace();
const unavailable = { code: 'queue_unavailable', status: 503, retryable: true };

/** The server writes each change to the disk, which a busy machine may take seconds for. */
function queueAt({ url }: OwnRedis): WorkQueue {
  return new WorkQueue({ redisUrl: url, namespace, commandTimeoutMs: 5000 });
}

beforeEach(async () => {
  server = await OwnRedis.create();
  queue = queueAt(server);
  health = new QueueHealth({ redisUrl: server.url, namespace });
  await health.start();
});

afterEach(async () => {
  await worker?.stop();
  worker = undefined;
  await queue.stop();
  health.stop();
  await server.remove();
});

async function startWorker(): Promise<void> {
  worker = new WorkConsumer({
    serves,
    redisUrl: server.url,
    namespace,
    concurrency: 4,
    handler: async () => made('a caption'),
    onError: (error) => errors.push(error),
  });
  await worker.start();
}

/** Everything that is stored but BullMQ's bookkeeping, which does not grow. */
async function leftovers(): Promise<string[]> {
  const redis = new Redis(server.url);
  const keys = await redis.keys('*');
  redis.disconnect();
  return keys
    .filter((key) => !/:jobs:(names|captions\.demo:(meta|events|marker|pc|id|stalled-check))$/.test(key))
    .sort();
}

test('a Redis that takes a while to load its file is used as soon as it has', async () => {
  await server.remove();
  // Thousands of small entries that take long and then large ones that do not: its guess of what is left is far off.
  server = await OwnRedis.create({ settings: { 'key-load-delay': '1000' } });
  await server.start();
  const filler = new Redis(server.url);
  await Promise.all(Array.from({ length: 3000 }, (_, n) => filler.set(`small:${n}`, 'x')));
  await Promise.all(Array.from({ length: 60 }, (_, n) => filler.set(`large:${n}`, Buffer.alloc(1_000_000))));
  filler.disconnect();
  queue = queueAt(server);
  await queue.start();
  await server.kill();
  await server.start();
  await vi.waitFor(() => queue.submit(submission()), { interval: 100 });
});

test('pixels whose submission comes to nothing, and cannot be taken back either, are gone within a minute', async () => {
  await server.remove();
  // Every script fails, as if the connection had broken after the pixels were stored.
  server = await OwnRedis.create({ settings: { 'rename-command': 'EVALSHA ""' } });
  await server.start();
  queue = queueAt(server);
  await queue.start();
  await expect(queue.submit(submission())).rejects.toMatchObject(unavailable);
  const redis = new Redis(server.url);
  const [pixels] = await redis.keys('*:pixels:*');
  expect(await redis.pttl(pixels!)).toBeLessThanOrEqual(60_000);
  redis.disconnect();
});

test('a queue and a worker that start before Redis work once it is there', async () => {
  await queue.start();
  await startWorker();
  const registry = new ModelRegistry({ redisUrl: server.url, namespace });
  await registry.start();
  await expect(queue.submit(submission())).rejects.toMatchObject(unavailable);
  await expect(queue.load()).rejects.toMatchObject(unavailable);
  await expect(registry.list()).rejects.toMatchObject(unavailable);
  expect(await health.trouble(100)).toMatch(/^does not answer: connect ECONNREFUSED/);
  await server.start();
  await vi.waitFor(() => queue.load());
  const { work } = await queue.submit(submission());
  expect(await queue.wait(work.id, { timeoutMs: 120_000 })).toMatchObject({
    status: 'finished',
    work: { state: 'succeeded' },
  });
  await vi.waitFor(async () => expect(await health.trouble(60_000)).toBeUndefined());
  await vi.waitFor(() => registry.list());
  await registry.stop();
});

test('stops although Redis is connected and answers nothing that was asked', async () => {
  await server.start();
  const reconciler = new Reconciler({ redisUrl: server.url, namespace, everyMs: 10 });
  await reconciler.start();
  const redis = new Redis(server.url);
  await redis.call('CLIENT', 'PAUSE', 600_000, 'WRITE');
  await vi.waitFor(async () => expect(await redis.client('LIST')).toMatch(/ flags=b .* cmd=eval/));
  await reconciler.stop();
  redis.disconnect();
});

test('stops while Redis is away, whether it never came or has gone', async () => {
  await queue.start();
  await startWorker();
  // Once more than the first attempt to connect.
  await vi.waitFor(() => expect(errors.length).toBeGreaterThan(6));
  await worker!.stop();
  await server.start();
  await startWorker();
  await vi.waitFor(async () => expect(await health.trouble(60_000)).toBeUndefined());
  await server.kill();
  await vi.waitFor(async () => expect(await health.trouble(1000)).toMatch(/^does not answer/));
  await worker!.stop();
});

describe('a frozen Redis', () => {
  test('a submit is rejected, and leaves nothing when Redis goes on', async () => {
    await server.start();
    await queue.start();
    // The scripts are known to this Redis.
    await queue.submit(submission());
    const kept = await leftovers();
    server.signal('SIGSTOP');
    await expect(queue.submit(submission())).rejects.toMatchObject(unavailable);
    server.signal('SIGCONT');
    await queue.load();
    expect(await leftovers()).toEqual(kept);
    expect(await queue.load()).toMatchObject({ open: 1, bytes: 48 });
  });

  test('the same id submitted again after the rejection makes one caption', async () => {
    await server.start();
    await queue.start();
    const sent = submission();
    server.signal('SIGSTOP');
    await expect(queue.submit(sent)).rejects.toMatchObject(unavailable);
    server.signal('SIGCONT');
    expect((await queue.submit(sent)).status).toBe('queued');
    const made: string[] = [];
    worker = new WorkConsumer({
      serves,
      redisUrl: server.url,
      namespace,
      concurrency: 4,
      onAttempt: (id, _outcome, written) => made.push(`${id} ${written}`),
      handler: async () => ({
        caption: { text: 'once', score: 0, tokens: [] },
        inference: { encode_ms: 0, decode_ms: 0, batch_size: 1, device: 'cpu' },
        revision: 'r1',
        precision: 'fp32',
      }),
    });
    await worker.start();
    expect((await queue.wait(sent.id, { timeoutMs: 120_000 })).status).toBe('finished');
    expect(made).toEqual([`${sent.id} written`]);
  });
});

test('a rejected add takes back the image and the record that went before it', async () => {
  await server.start();
  await queue.start();
  const redis = new Redis(server.url);
  // A wrong type in BullMQ's place makes the last of the three writes fail.
  await redis.set(`${namespace}:{captions}:jobs:captions.demo:prioritized`, 'not a sorted set');
  await expect(queue.submit(submission())).rejects.toMatchObject(unavailable);
  await redis.del(`${namespace}:{captions}:jobs:captions.demo:prioritized`);
  await vi.waitFor(async () => expect((await leftovers()).filter((key) => !key.includes(':jobs:'))).toEqual([]));
  redis.disconnect();
});

test('a batch that is sealed while an item of it is being taken back has that item refused', async () => {
  await server.start();
  await queue.start();
  const redis = new Redis(server.url);
  const { batch } = await queue.createBatch({});
  const item = submission({ batchId: batch.id, item: { index: 0, hash: 'a' } });
  await redis.set(`${namespace}:{captions}:jobs:captions.demo:prioritized`, 'not a sorted set');
  await expect(queue.submit(item)).rejects.toMatchObject(unavailable);
  const error = { code: 'queue_unavailable', detail: 'Redis does not answer.', retryable: true } as const;
  const sealed = await queue.sealBatch(batch.id, [{ index: 0, id: null, error }]);
  expect(sealed).toMatchObject({ state: 'completed', refused: 1, counts: { queued: 0 }, items: [{ id: null }] });
  expect(await queue.read(item.id)).toBeNull();
  redis.disconnect();
});

test('kill -9 of Redis: what was acknowledged is done after its return', async () => {
  await server.start();
  await queue.start();
  const captions = await Promise.all(Array.from({ length: 20 }, () => queue.submit(submission())));
  await server.kill();
  await expect(queue.submit(submission())).rejects.toMatchObject(unavailable);
  await server.start();
  await startWorker();
  await vi.waitFor(() => queue.load());
  for (const { work } of captions) {
    expect((await queue.wait(work.id, { timeoutMs: 120_000 })).status).toBe('finished');
  }
});

test('a Redis that has no memory from the beginning to the end lets a worker that comes later do what was accepted', async () => {
  await server.start();
  await queue.start();
  const redis = new Redis(server.url);
  const accepted = await Promise.all(Array.from({ length: 5 }, () => queue.submit(submission())));
  await redis.config('SET', 'maxmemory', '1');
  await startWorker();
  for (const { work } of accepted) {
    expect(await queue.wait(work.id, { timeoutMs: 120_000 })).toMatchObject({ work: { state: 'succeeded' } });
  }
  // An attempt that failed is made again, and what a worker gives back is taken by another.
  await redis.config('SET', 'maxmemory', '0');
  await worker?.stop();
  const again = await queue.submit(submission());
  await redis.config('SET', 'maxmemory', '1');
  let attempts = 0;
  worker = new WorkConsumer({
    ...{ serves, redisUrl: server.url, namespace, concurrency: 1 },
    handler: async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('The first attempt fails.');
      return made('the second');
    },
  });
  await worker.start();
  expect(await queue.wait(again.work.id, { timeoutMs: 120_000 })).toMatchObject({
    work: { state: 'succeeded', attempt: 2 },
  });
  redis.disconnect();
});

test('a Redis that has lost its scripts is sent them again: submissions go on', async () => {
  await server.start();
  await queue.start();
  await queue.submit(submission());
  const redis = new Redis(server.url);
  await redis.script('FLUSH');
  redis.disconnect();
  expect((await queue.submit(submission())).status).toBe('queued');
});

test('a Redis without memory refuses new captions and lets those it has be done', async () => {
  await server.start();
  await queue.start();
  const redis = new Redis(server.url);
  const finish = latch();
  const running = await queue.submit(submission());
  const waiting = await queue.submit(submission());
  const begun = latch();
  worker = new WorkConsumer({
    serves,
    redisUrl: server.url,
    namespace,
    concurrency: 1,
    handler: async () => {
      begun.open();
      await finish.promise;
      return made('in spite of all');
    },
  });
  await worker.start();
  await begun.promise;
  await redis.config('SET', 'maxmemory', '1');
  await expect(queue.submit(submission())).rejects.toMatchObject({ code: 'queue_full', status: 503 });
  finish.open();
  for (const { work } of [running, waiting]) {
    expect(await queue.wait(work.id, { timeoutMs: 120_000 })).toMatchObject({ work: { state: 'succeeded' } });
  }
  expect((await leftovers()).filter((key) => key.includes(':pixels:'))).toEqual([]);
  redis.disconnect();
});
