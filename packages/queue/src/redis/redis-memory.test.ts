import { OwnRedis } from '@blipq/test-servers';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { WorkQueue } from '../callers/work-queue.js';
import { freshNamespace, made, patient, submission } from '../testing/fixtures.js';
import { TestQueue } from '../testing/test-queue.js';
import { RedisMemory } from './redis-memory.js';

let server: OwnRedis;
let admin: Redis;
let memory: RedisMemory;
beforeEach(async () => {
  server = await OwnRedis.create();
  await server.start();
  admin = server.client();
  memory = new RedisMemory({ redisUrl: server.url, everyMs: 50, ...patient });
  await memory.start();
});
afterEach(async () => {
  memory.stop();
  admin.disconnect();
  await server.remove();
});

/** Limits Redis to a share of what it uses, or to more than that. */
async function limitTo(share: number): Promise<void> {
  const used = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))![1]);
  await admin.config('SET', 'maxmemory', Math.round(used * share));
  await memory.refresh();
}

test('a Redis without a limit has room without end, and one with a limit a tenth less than that', async () => {
  expect([memory.room, memory.isFull, memory.use!.max]).toEqual([undefined, false, 0]);
  await limitTo(10);
  const { used, max } = memory.use!;
  expect(memory.room).toBeCloseTo(0.9 * max - used, 0);
  await limitTo(1.05);
  expect(memory.room).toBeLessThan(0);
  expect(memory.isFull).toBe(false);
  await limitTo(1);
  await admin.set('something', 'else'.repeat(100_000)).catch(() => undefined);
  await limitTo(0.9);
  expect(memory.isFull).toBe(true);
});

test('new work is refused before Redis is full, whoever fills it, and what was accepted before is made', async () => {
  const live = await new TestQueue(server.url, { memoryRoom: () => memory.room }).start();
  onTestFinished(() => live.stop());
  await limitTo(100);
  const { work } = await live.queue.submit(submission());
  await limitTo(1.05);
  const full = { code: 'queue_full', status: 503, detail: expect.stringMatching(/memory/) };
  await expect(live.queue.submit(submission())).rejects.toMatchObject(full);
  await expect(live.queue.admit({})).rejects.toMatchObject(full);
  await expect(live.queue.createBatch({})).rejects.toMatchObject(full);
  expect(await live.stored('pixels')).toHaveLength(1);
  await live.consume(async () => made('x'));
  expect((await live.ended(work.id)).state).toBe('succeeded');
  await admin.config('SET', 'maxmemory', 0);
  await vi.waitFor(async () => expect((await live.queue.submit(submission())).status).toBe('queued'));
});

test('a repeated request is answered with what it made, although Redis has no memory for new work', async () => {
  const live = await new TestQueue(server.url, { memoryRoom: () => memory.room }).start();
  onTestFinished(() => live.stop());
  await live.queue.submit(submission({ idempotencyKey: 'k', fingerprint: 'a' }));
  const draft = { idempotencyKey: 'b' };
  const error = { code: 'image_corrupt', detail: 'It ends too early.', retryable: false } as const;
  await live.queue.sealBatch((await live.queue.createBatch(draft)).batch.id, [{ index: 0, id: null, error }]);
  await limitTo(1.01);
  expect((await live.queue.admit({ idempotencyKey: 'k', fingerprint: 'a' })).status).toBe('replayed');
  expect((await live.queue.createBatch(draft)).status).toBe('sealed');
});

test('one tenant cannot fill Redis with records and refused items: others find room', async () => {
  const namespace = freshNamespace();
  const queue = new WorkQueue({ redisUrl: inject('redisUrl'), namespace, ...patient, memoryRoom: () => 100_000 });
  await queue.start();
  onTestFinished(() => queue.stop());
  const error = { code: 'invalid_params', detail: 'd'.repeat(300), retryable: false } as const;
  const items = Array.from({ length: 100 }, (_, index) => ({ index, id: null, error }));
  const refusedBatch = async (tenant: string) => {
    const { batch } = await queue.createBatch({ tenant });
    await queue.sealBatch(batch.id, items, { tenant });
  };
  let batches = 0;
  const tooMuch = { code: 'tenant_queue_full', status: 429 };
  await expect(
    (async () => {
      for (; batches < 100; batches += 1) await refusedBatch('flood');
    })(),
  ).rejects.toMatchObject(tooMuch);
  expect(batches).toBeGreaterThan(3);
  expect(batches).toBeLessThan(20);
  await expect(queue.submit(submission({ tenant: 'flood' }))).rejects.toMatchObject(tooMuch);
  await refusedBatch('other');
  expect((await queue.submit(submission({ tenant: 'other' }))).status).toBe('queued');
  // Those without keys are one caller, whom nobody else is kept from.
  await refusedBatch('public');
});
