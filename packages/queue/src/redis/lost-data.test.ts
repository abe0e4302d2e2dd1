import { OwnRedis } from '@blipq/test-servers';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WorkConsumer } from '../attempts/work-consumer.js';
import { WorkQueue } from '../callers/work-queue.js';
import { freshNamespace, latch, made, serves, submission } from '../testing/fixtures.js';

// A Redis that is killed comes back with what it last saved, as one does that loses its last moments in a failover.

const namespace = freshNamespace();
let server: OwnRedis;
let redis: Redis;
let queue: WorkQueue;
let worker: WorkConsumer | undefined;

beforeEach(async () => {
  server = await OwnRedis.create({ settings: { appendonly: 'no' } });
  await server.start();
  redis = server.client();
  // It is killed.
  redis.on('error', () => undefined);
  queue = new WorkQueue({ redisUrl: server.url, namespace });
  await queue.start();
});

afterEach(async () => {
  await worker?.stop();
  worker = undefined;
  await queue.stop();
  redis.disconnect();
  await server.remove();
});

async function lose(): Promise<void> {
  await server.kill();
  await server.start();
}

test('work whose worker lives ends as it made it, however often Redis loses how it ended', async () => {
  let begun = latch();
  let finish = latch();
  worker = new WorkConsumer({
    ...{ serves, redisUrl: server.url, namespace, concurrency: 1, lockDurationMs: 1000, stalledIntervalMs: 200 },
    handler: async () => {
      begun.open();
      await finish.promise;
      return made('a dog');
    },
  });
  await worker.start();
  const { work } = await queue.submit(submission());
  for (let loss = 1; loss <= 3; loss += 1) {
    await begun.promise;
    await redis.call('SAVE');
    begun = latch();
    finish.open();
    // Its connection may come back later than the worker's.
    const ended = await vi.waitFor(() => queue.wait(work.id, { timeoutMs: 120_000 }));
    expect(ended).toMatchObject({ work: { state: 'succeeded' } });
    finish = latch();
    await lose();
  }
  await begun.promise;
  finish.open();
  await vi.waitFor(async () => expect((await queue.read(work.id))?.state).toBe('succeeded'));
});

test('a watcher sees every end, although the versions that it saw are lost', async () => {
  const { work } = await queue.submit(submission());
  await redis.call('SAVE');
  const events = queue.watch(work.id);
  expect((await events.next()).value).toMatchObject({ event: 'caption.queued' });
  const told = events.next();
  const { version: lost } = (await queue.cancel(work.id)).work;
  expect((await told).value).toMatchObject({ id: lost, event: 'caption.canceled' });
  await lose();
  await vi.waitFor(async () => expect((await queue.read(work.id))?.state).toBe('queued'));
  const open = queue.watch(work.id, { after: lost });
  expect((await open.next()).value).toMatchObject({ id: work.version, event: 'caption.queued' });
  const end = open.next();
  const { version } = (await queue.cancel(work.id)).work;
  expect((await end).value).toMatchObject({ id: version, event: 'caption.canceled' });
  const again = queue.watch(work.id, { after: lost });
  expect((await again.next()).value).toMatchObject({ id: version, event: 'caption.canceled' });
});
