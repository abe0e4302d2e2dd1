import { newBatchId } from '@blipq/contracts';
import { Queue } from 'bullmq';
import { expect, vi } from 'vitest';
import { queueKeys } from '../redis/keys.js';
import { consumerRedis, open } from '../redis/redis.js';
import { submission } from './fixtures.js';
import { type WholeQueue, webhook } from './whole-queue.js';

/** Whatever a caption can live through, on whichever kind of Redis. */
export async function wholeLife(whole: WholeQueue, redisUrl: string): Promise<void> {
  const { queue } = whole;
  expect(await whole.health.trouble(60_000)).toBeUndefined();
  await succeeds(whole);
  await isCanceled(whole);
  await isRepaired(whole, redisUrl);
  const batch = await queue.createBatch({ id: newBatchId(), total: 1, idempotencyKey: 'batch', fingerprint: 'f' });
  const { caption } = await queue.submit(submission({ batchId: batch.batch.id }));
  await queue.sealBatch(batch.batch.id, [{ index: 0, id: caption.id, error: null }]);
  await vi.waitFor(async () => expect((await queue.readBatch(batch.batch.id))?.state).toBe('completed'));
  expect((await queue.list({ limit: 100 })).data.map(({ id }) => id)).toContain(caption.id);
  await queue.delete(caption.id);
  await expect(queue.read(caption.id)).rejects.toMatchObject({ code: 'result_expired' });
  await vi.waitFor(async () => expect(await whole.census.take()).toMatchObject({ demand: 0, open: 0, outbox: 0 }));
  expect(await queue.load()).toMatchObject({ captions: 0 });
  expect(await whole.registry.list()).toEqual([]);
}

async function succeeds({ queue, log, sent }: WholeQueue): Promise<void> {
  const request = { idempotencyKey: 'key', fingerprint: 'f' };
  const { status, caption } = await queue.submit(submission({ ...request, webhook }));
  expect(status).toBe('queued');
  const states: string[] = [];
  for await (const event of queue.watch(caption.id)) states.push(event.data.state);
  expect(states.at(-1)).toBe('succeeded');
  expect((await queue.submit(submission(request))).caption.id).toBe(caption.id);
  const id = `msg_${caption.id}_succeeded`;
  await vi.waitFor(async () => expect((await log.read(id, 'public'))?.state).toBe('delivered'));
  expect(sent.filter((one) => one === id)).toHaveLength(1);
}

async function isCanceled({ queue, held }: WholeQueue): Promise<void> {
  const running = await queue.submit(submission({ prompt: 'hold' }));
  expect(await held.promise).toBe(running.caption.id);
  expect((await queue.cancel(running.caption.id)).status).toBe('canceling');
  expect(await queue.wait(running.caption.id, { timeoutMs: 120_000 })).toMatchObject({
    caption: { state: 'canceled' },
  });
  const waiting = await queue.submit(submission({ model: 'served by nobody' }));
  expect((await queue.cancel(waiting.caption.id)).status).toBe('canceled');
  const again = await queue.retry(running.caption.id, {});
  await queue.cancel(again.caption.id);
  expect(await queue.wait(again.caption.id, { timeoutMs: 120_000 })).toMatchObject({ caption: { state: 'canceled' } });
}

/** A gateway that died between record and job. */
async function isRepaired({ queue, reconciler, namespace }: WholeQueue, redisUrl: string): Promise<void> {
  const redis = consumerRedis(redisUrl, () => undefined);
  await open(redis);
  const { root, bullPrefix } = queueKeys({ namespace });
  const { caption } = await queue.submit(submission({ model: 'other' }));
  const jobs = new Queue('captions.other', { connection: redis, prefix: bullPrefix });
  expect(await jobs.remove(caption.id)).toBe(1);
  await redis.zadd(`${root}:open`, 'XX', 0, caption.id);
  expect(await reconciler.sweep()).toEqual({ requeued: [caption.id], ended: [] });
  expect(await jobs.getJob(caption.id)).toMatchObject({ id: caption.id });
  await queue.cancel(caption.id);
  await jobs.close();
  redis.disconnect();
}
