import { newBatchId } from '@blipq/contracts';
import { Queue } from 'bullmq';
import { expect, vi } from 'vitest';
import { queueKeys } from '../redis/keys.js';
import { consumerRedis, open } from '../redis/redis-client.js';
import { submission } from './fixtures.js';
import { type WholeQueue, webhook } from './whole-queue.js';

/** Whatever a caption can live through, on whichever kind of Redis. */
export async function wholeLife(whole: WholeQueue, redisUrl: string): Promise<void> {
  const { queue } = whole;
  // Connecting may take longer than a start waits for.
  await vi.waitFor(async () => expect(await whole.health.trouble(60_000)).toBeUndefined());
  await vi.waitFor(() => queue.load());
  await succeeds(whole);
  await isCanceled(whole);
  await isRepaired(whole, redisUrl);
  const batch = await queue.createBatch({ id: newBatchId(), idempotencyKey: 'batch' });
  const { work } = await queue.submit(submission({ batchId: batch.batch.id }));
  await queue.sealBatch(batch.batch.id, [{ index: 0, id: work.id, error: null }]);
  await vi.waitFor(async () => expect((await queue.readBatch(batch.batch.id))?.state).toBe('completed'));
  expect((await queue.list({ limit: 100 })).data.map(({ id }) => id)).toContain(work.id);
  await queue.delete(work.id);
  await expect(queue.read(work.id)).rejects.toMatchObject({ code: 'result_expired' });
  await vi.waitFor(async () => expect(await whole.census.take()).toMatchObject({ demand: 0, open: 0, outbox: 0 }));
  expect(await queue.load()).toMatchObject({ open: 0 });
  expect(await whole.registry.list()).toEqual([]);
}

async function succeeds({ queue, log, sent }: WholeQueue): Promise<void> {
  const request = { idempotencyKey: 'key', fingerprint: 'f' };
  const { status, work } = await queue.submit(submission({ ...request, webhook }));
  expect(status).toBe('queued');
  const states: string[] = [];
  for await (const event of queue.watch(work.id)) states.push(event.data.state);
  expect(states.at(-1)).toBe('succeeded');
  expect((await queue.submit(submission(request))).work.id).toBe(work.id);
  const id = `msg_${work.id}_succeeded`;
  await vi.waitFor(async () => expect((await log.read(id, 'public'))?.state).toBe('delivered'));
  expect(sent.filter((one) => one === id)).toHaveLength(1);
}

async function isCanceled({ queue, held }: WholeQueue): Promise<void> {
  const running = await queue.submit(submission({ prompt: 'hold' }));
  expect(await held.promise).toBe(running.work.id);
  expect((await queue.cancel(running.work.id)).status).toBe('canceling');
  expect(await queue.wait(running.work.id, { timeoutMs: 120_000 })).toMatchObject({
    work: { state: 'canceled' },
  });
  const waiting = await queue.submit(submission({ model: 'served by nobody' }));
  expect((await queue.cancel(waiting.work.id)).status).toBe('canceled');
  const again = await queue.retry(running.work.id, {});
  await queue.cancel(again.work.id);
  expect(await queue.wait(again.work.id, { timeoutMs: 120_000 })).toMatchObject({ work: { state: 'canceled' } });
}

/** A gateway that died between record and job. */
async function isRepaired({ queue, reconciler, namespace }: WholeQueue, redisUrl: string): Promise<void> {
  const redis = consumerRedis(redisUrl, () => undefined);
  await open(redis);
  const { root, bullPrefix } = queueKeys({ namespace });
  const { work } = await queue.submit(submission({ model: 'other' }));
  const jobs = new Queue('captions.other', { connection: redis, prefix: bullPrefix });
  expect(await jobs.remove(work.id)).toBe(1);
  await redis.zadd(`${root}:open`, 'XX', 0, work.id);
  // The worker's own reconciler may be the one that adds it again.
  await vi.waitFor(async () => {
    await reconciler.sweep();
    expect(await jobs.getJob(work.id)).toMatchObject({ id: work.id });
  });
  await queue.cancel(work.id);
  await jobs.close();
  redis.disconnect();
}
