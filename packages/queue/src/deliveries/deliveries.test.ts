import { newBatchId } from '@blipq/contracts';
import { afterEach, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { WorkConsumer } from '../attempts/work-consumer.js';
import { WorkQueue } from '../callers/work-queue.js';
import { latch, made, patient, serves, submission } from '../testing/fixtures.js';
import { attempt, delivered, everyEvent, failed, LiveDeliveries } from '../testing/live-deliveries.js';
import { deliveryKeys } from './delivery-keys.js';
import type { DeliveryWork } from './delivery-worker.js';
import { dropMoved } from './scripts/drop-moved.js';

const redisUrl = inject('redisUrl');
let live: LiveDeliveries;
beforeEach(async () => {
  live = await new LiveDeliveries(redisUrl).start();
});
afterEach(() => live.stop());

test('a caption that ends tells who asked, with the resource as the API returns it', async () => {
  await live.captioner();
  const { works } = await live.notifier(() => delivered);
  const { work } = await live.queue.submit(submission({ webhook: everyEvent }));
  const id = `msg_${work.id}_succeeded`;
  const delivery = await live.settled(id, 'delivered');
  expect(works).toHaveLength(1);
  expect(works[0]).toMatchObject({ id, url: everyEvent.url, secret: 'default', attempt: 1, tenant: 'public' });
  const body = JSON.parse(works[0]!.body.toString());
  const resource = await live.queue.read(work.id);
  expect(body).toEqual({ type: 'caption.succeeded', timestamp: resource!.finished_at, data: resource });
  expect(delivery).toMatchObject({ event: 'caption.succeeded', subject: work.id, attempt: 1, attempts: [attempt] });
  expect(await live.log.ofWork(work.id, 'public')).toEqual([delivery]);
});

test('no webhook is sent for an event that nobody asked for', async () => {
  const quiet = await live.queue.submit(submission());
  const other = await live.queue.submit(submission({ webhook: { ...everyEvent, events: ['caption.failed'] } }));
  for (const { work } of [quiet, other]) await live.queue.cancel(work.id);
  expect(await live.redis.keys(`${live.namespace}:*deliver*`)).toEqual([]);
  expect(await live.redis.exists(deliveryKeys({ namespace: live.namespace }).outbox)).toBe(0);
});

test('a caption that is answered from a stored result tells it too', async () => {
  await live.notifier(() => delivered);
  await live.captioner();
  const reusing = new WorkQueue({ redisUrl, namespace: live.namespace, ...patient, reuseS: 60 });
  await reusing.start();
  onTestFinished(() => reusing.stop());
  const first = await reusing.submit(submission({ revision: 'r2' }));
  await reusing.wait(first.work.id, { timeoutMs: 120_000 });
  const { work, status } = await reusing.submit(submission({ webhook: everyEvent, revision: 'r2' }));
  expect(status).toBe('cached');
  await live.settled(`msg_${work.id}_succeeded`, 'delivered');
});

test('a caption that is tried again tells its end to the same receiver', async () => {
  const { works } = await live.notifier(() => delivered);
  const first = await live.canceled();
  await live.settled(first, 'delivered');
  const { work } = await live.queue.retry(first.split('_').slice(1, 3).join('_'));
  await live.queue.cancel(work.id);
  await live.settled(`msg_${work.id}_canceled`, 'delivered');
  expect(works.map(({ url }) => url)).toEqual([everyEvent.url, everyEvent.url]);
});

test('a completed batch tells it once, after its captions', async () => {
  const { works } = await live.notifier(() => delivered);
  const batchId = newBatchId();
  await live.queue.createBatch({ id: batchId, webhook: { ...everyEvent, events: ['batch.completed'] } });
  const captions = [];
  for (let index = 0; index < 2; index++) captions.push((await live.queue.submit(submission({ batchId }))).work.id);
  await live.queue.sealBatch(
    batchId,
    captions.map((id, index) => ({ index, id, error: null })),
  );
  for (const id of captions) await live.queue.cancel(id);
  await live.settled(`msg_${batchId}_completed`, 'delivered');
  expect(works).toHaveLength(1);
  const body = JSON.parse(works[0]!.body.toString());
  expect(body).toMatchObject({ type: 'batch.completed', data: await live.queue.readBatch(batchId) });
});

test('an entry of the outbox whose job Redis has lost stays there until it has one again', async () => {
  const id = await live.canceled();
  const keys = deliveryKeys({ namespace: live.namespace });
  const target = { redis: live.redis, root: keys.root };
  const [[entry]] = (await live.redis.xrange(keys.outbox, '-', '+')) as [[string, string[]]];
  const moved = { entry, id, round: 0, job: `${id}-0` };
  await dropMoved(target, [moved]);
  expect(await live.redis.xlen(keys.outbox)).toBe(1);
  await live.notifier(() => delivered);
  await live.settled(id, 'delivered');
  await vi.waitFor(async () => expect(await live.redis.xlen(keys.outbox)).toBe(0));
});

test('what failed is sent again after its pause, under the same id and with the same body', async () => {
  const id = await live.canceled();
  const { works } = await live.notifier(({ attempt: n }) => (n < 3 ? failed(50) : delivered));
  const delivery = await live.settled(id, 'delivered');
  expect(works.map((work) => [work.id, work.attempt])).toEqual([1, 2, 3].map((n) => [id, n]));
  expect(new Set(works.map(({ body }) => body.toString())).size).toBe(1);
  expect(delivery.attempts.map(({ status }) => status)).toEqual([500, 500, 200]);
});

test('the record may be gone before the receiver is reached', async () => {
  const id = await live.canceled();
  await live.redis.del(await live.redis.keys(`${live.namespace}:*:record:*`));
  const { works } = await live.notifier(() => delivered);
  await live.settled(id, 'delivered');
  expect(JSON.parse(works[0]!.body.toString()).data.state).toBe('canceled');
});

test('a notifier that stops in the middle of an attempt gives it back, and it costs no attempt', async () => {
  const id = await live.canceled();
  const sending = latch();
  const first = await live.notifier(() => delivered, {
    drainMs: 0,
    send: (_work: DeliveryWork, signal: AbortSignal) => {
      sending.open();
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  await sending.promise;
  await first.worker.stop();
  expect(await live.log.read(id, 'public')).toMatchObject({ state: 'pending', attempt: 0 });
  await live.notifier(() => delivered);
  await live.settled(id, 'delivered');
});

test('an entry of the outbox that is moved twice is sent once', async () => {
  const id = await live.canceled();
  const { outbox } = deliveryKeys({ namespace: live.namespace });
  await live.redis.xadd(outbox, '*', 'id', id, 'round', 0, 'url', everyEvent.url);
  const { works } = await live.notifier(() => delivered);
  await live.settled(id, 'delivered');
  await live.redis.xadd(outbox, '*', 'id', id, 'round', 0, 'url', everyEvent.url);
  const later = await live.canceled();
  await live.settled(later, 'delivered');
  expect(works.map((work) => work.id)).toEqual([id, later]);
  expect(await live.redis.xlen(outbox)).toBe(0);
});

test('a delivery that is sent away from a busy host comes back and has lost no attempt', async () => {
  const answers = [
    { waitMs: 30, callBack: () => undefined },
    { waitMs: 3_600_000, callBack: (call: () => void) => call() },
  ];
  const gate = { enter: async () => answers.shift() ?? { leave: () => undefined } };
  const id = await live.canceled();
  const { works } = await live.notifier(() => delivered, { gate });
  expect((await live.settled(id, 'delivered')).attempt).toBe(1);
  expect(works).toHaveLength(1);
});

test.each([
  ['ahead', 420_000],
  ['behind', -420_000],
])('what a notifier puts off whose clock is %s is sent in time by another one', async (_which, offMs) => {
  const real = Date.now;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => real() + offMs);
  onTestFinished(() => void clock.mockRestore());
  const name = await live.canceled();
  let failedAt = 0;
  const wrong = await live.notifier(() => {
    failedAt = performance.now();
    return failed(3000);
  });
  await vi.waitFor(() => expect(wrong.works).toHaveLength(1));
  // Signed with a time that receivers believe.
  expect(Math.abs(wrong.works[0]!.at.getTime() - real())).toBeLessThan(200_000);
  await vi.waitFor(async () => expect(await live.redis.zcard(`${live.namespace}:{captions}:notify:delayed`)).toBe(1));
  await wrong.worker.stop();
  clock.mockRestore();
  let sentAt = 0;
  const right = await live.notifier(() => {
    sentAt = performance.now();
    return delivered;
  });
  await vi.waitFor(() => expect(right.works.map(({ id }) => id)).toEqual([name]));
  expect(sentAt - failedAt).toBeGreaterThanOrEqual(2900);
  expect(await live.redis.zcard(`${live.namespace}:{captions}:due`)).toBeLessThanOrEqual(1);
});

test('an error of the notifier’s own loses nothing', async () => {
  const id = await live.canceled();
  let broken = true;
  await live.notifier(() => {
    if (!broken) return delivered;
    broken = false;
    throw new Error('a bug');
  });
  expect((await live.settled(id, 'delivered')).attempt).toBe(1);
});

test('what a caller deletes is gone everywhere: no key holds its text or metadata, and no webhook is sent any more', async () => {
  const keeping = new WorkQueue({ redisUrl, namespace: live.namespace, ...patient, reuseS: 3600 });
  await keeping.start();
  onTestFinished(() => keeping.stop());
  const metadata = { note: 'a private note' };
  const worker = new WorkConsumer({
    ...{ serves, redisUrl, namespace: live.namespace, concurrency: 4 },
    handler: async () => ({ ...made('a private text'), revision: 'r1' }),
  });
  await worker.start();
  onTestFinished(() => worker.stop());
  const echo = { ...attempt, status: 500, error: 'a private text' };
  const { works } = await live.notifier(() => ({ ...failed(3_600_000), attempt: echo }));
  const { batch } = await keeping.createBatch({ id: newBatchId() });
  const { work } = await keeping.submit(submission({ webhook: everyEvent, metadata, batchId: batch.id }));
  await keeping.sealBatch(batch.id, [{ index: 0, id: work.id, error: null }]);
  await keeping.wait(work.id, { timeoutMs: 120_000 });
  const id = `msg_${work.id}_succeeded`;
  await vi.waitFor(async () => expect((await live.log.read(id, 'public'))?.attempts).toHaveLength(1));
  expect(await holders('a private')).not.toEqual([]);
  await keeping.delete(work.id);
  expect(await holders('a private')).toEqual([]);
  expect(await live.log.read(id, 'public')).toBeNull();
  expect((await live.log.list({ tenant: 'public' })).data).toEqual([]);
  const notify = `${live.namespace}:{captions}:notify`;
  await live.redis.zadd(`${notify}:delayed`, 'XX', 0, `${id}-0`);
  await vi.waitFor(async () => expect(await live.redis.exists(`${notify}:${id}-0`)).toBe(0));
  expect(works).toHaveLength(1);
});

/** Keys of the namespace whose values contain this text. */
async function holders(text: string): Promise<string[]> {
  const keys = await live.redis.keys(`${live.namespace}:*`);
  const values = await Promise.all(
    keys.map(async (key) => {
      switch (await live.redis.type(key)) {
        case 'hash':
          return Object.values(await live.redis.hgetall(key));
        case 'list':
          return await live.redis.lrange(key, 0, -1);
        case 'string':
          return [await live.redis.get(key)];
        case 'stream':
          return [JSON.stringify(await live.redis.xrange(key, '-', '+'))];
        default:
          return [];
      }
    }),
  );
  return keys.filter((_, i) => values[i]!.some((value) => value?.includes(text)));
}
