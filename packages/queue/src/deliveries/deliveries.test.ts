import { type DeliveryAttempt, newBatchId, newCaptionId, type WebhookTarget } from '@blipq/contracts';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { WorkConsumer } from '../attempts/work-consumer.js';
import { WorkQueue } from '../callers/work-queue.js';
import { freshNamespace, latch, made, serves, submission } from '../testing/fixtures.js';
import { deliveryKeys } from './delivery-keys.js';
import { DeliveryLog } from './delivery-log.js';
import {
  type DeliveryVerdict,
  type DeliveryWork,
  DeliveryWorker,
  type DeliveryWorkerOptions,
} from './delivery-worker.js';

const redisUrl = inject('redisUrl');
const events = ['caption.succeeded', 'caption.failed', 'caption.canceled', 'caption.expired'] as const;
const webhook: WebhookTarget = { url: 'https://example.com/hook', events: [...events], secret: 'default' };
const attempt: DeliveryAttempt = { at: '2026-01-01T00:00:00Z', duration_ms: 1, status: 200, error: null };
const delivered: DeliveryVerdict = { status: 'delivered', attempt, host: 'alive' };
const failed = (pauseMs: number): DeliveryVerdict => ({
  status: 'retry',
  pauseMs,
  attempt: { ...attempt, status: 500, error: 'The receiver answered 500.' },
  host: 'failing',
});
const freely = { enter: async () => ({ leave: () => undefined }) };

let namespace: string;
let redis: Redis;
let queue: WorkQueue;
let log: DeliveryLog;

beforeEach(async () => {
  namespace = freshNamespace();
  redis = new Redis(redisUrl);
  queue = new WorkQueue({ redisUrl, namespace });
  log = new DeliveryLog({ redisUrl, namespace });
  await Promise.all([queue.start(), log.start()]);
});

afterEach(async () => {
  await queue.stop();
  await log.stop();
  redis.disconnect();
});

/** Sends with `send`; collects what it was given. */
async function notifier(send: (work: DeliveryWork) => DeliveryVerdict | Promise<DeliveryVerdict>, more = {}) {
  const works: DeliveryWork[] = [];
  const options: DeliveryWorkerOptions = {
    redisUrl,
    namespace,
    gate: freely,
    send: async (work) => {
      works.push(work);
      return await send(work);
    },
    stalledIntervalMs: 200,
    lockDurationMs: 1000,
    ...more,
  };
  const worker = new DeliveryWorker(options);
  await worker.start();
  onTestFinished(() => worker.stop());
  return { works, worker };
}

async function captioner(): Promise<void> {
  const worker = new WorkConsumer({ serves, redisUrl, namespace, concurrency: 4, handler: async () => made('a cat') });
  await worker.start();
  onTestFinished(() => worker.stop());
}

/** A caption that has ended with a webhook to send. */
async function canceled(changes: Parameters<typeof submission>[0] = {}): Promise<string> {
  const { work } = await queue.submit(submission({ webhook, ...changes }));
  await queue.cancel(work.id, changes.tenant);
  return `msg_${work.id}_canceled`;
}

const settled = (id: string, state: string, tenant = 'public') =>
  vi.waitFor(async () => {
    const delivery = await log.read(id, tenant);
    expect(delivery?.state).toBe(state);
    return delivery!;
  });

test('a caption that ends tells who asked, with the resource as the API returns it', async () => {
  await captioner();
  const { works } = await notifier(() => delivered);
  const { work } = await queue.submit(submission({ webhook }));
  const id = `msg_${work.id}_succeeded`;
  const delivery = await settled(id, 'delivered');
  expect(works).toHaveLength(1);
  expect(works[0]).toMatchObject({ id, url: webhook.url, secret: 'default', attempt: 1, tenant: 'public' });
  const body = JSON.parse(works[0]!.body.toString());
  const resource = await queue.read(work.id);
  expect(body).toEqual({ type: 'caption.succeeded', timestamp: resource!.finished_at, data: resource });
  expect(delivery).toMatchObject({ event: 'caption.succeeded', subject: work.id, attempt: 1, attempts: [attempt] });
  expect(await log.ofWork(work.id, 'public')).toEqual([delivery]);
});

test('nobody is told of what they did not ask for', async () => {
  const quiet = await queue.submit(submission());
  const other = await queue.submit(submission({ webhook: { ...webhook, events: ['caption.failed'] } }));
  for (const { work } of [quiet, other]) await queue.cancel(work.id);
  expect(await redis.keys(`${namespace}:*deliver*`)).toEqual([]);
  expect(await redis.exists(deliveryKeys({ namespace }).outbox)).toBe(0);
});

test('a caption that is answered from a stored result tells it too', async () => {
  await notifier(() => delivered);
  await captioner();
  const reusing = new WorkQueue({ redisUrl, namespace, reuseS: 60 });
  await reusing.start();
  onTestFinished(() => reusing.stop());
  const first = await reusing.submit(submission({ revision: 'r2' }));
  await reusing.wait(first.work.id, { timeoutMs: 120_000 });
  const { work, status } = await reusing.submit(submission({ webhook, revision: 'r2' }));
  expect(status).toBe('cached');
  await settled(`msg_${work.id}_succeeded`, 'delivered');
});

test('a caption that is tried again tells its end to the same receiver', async () => {
  const { works } = await notifier(() => delivered);
  const first = await canceled();
  await settled(first, 'delivered');
  const { work } = await queue.retry(first.split('_').slice(1, 3).join('_'));
  await queue.cancel(work.id);
  await settled(`msg_${work.id}_canceled`, 'delivered');
  expect(works.map(({ url }) => url)).toEqual([webhook.url, webhook.url]);
});

test('a completed batch tells it once, after its captions', async () => {
  const { works } = await notifier(() => delivered);
  const batchId = newBatchId();
  await queue.createBatch({ id: batchId, total: 2, webhook: { ...webhook, events: ['batch.completed'] } });
  const captions = [];
  for (let index = 0; index < 2; index++) captions.push((await queue.submit(submission({ batchId }))).work.id);
  await queue.sealBatch(
    batchId,
    captions.map((id, index) => ({ index, id, error: null })),
  );
  for (const id of captions) await queue.cancel(id);
  await settled(`msg_${batchId}_completed`, 'delivered');
  expect(works).toHaveLength(1);
  const body = JSON.parse(works[0]!.body.toString());
  expect(body).toMatchObject({ type: 'batch.completed', data: await queue.readBatch(batchId) });
});

test('what failed is sent again after its pause, under the same id and with the same body', async () => {
  const id = await canceled();
  const { works } = await notifier(({ attempt: n }) => (n < 3 ? failed(50) : delivered));
  const delivery = await settled(id, 'delivered');
  expect(works.map((work) => [work.id, work.attempt])).toEqual([1, 2, 3].map((n) => [id, n]));
  expect(new Set(works.map(({ body }) => body.toString())).size).toBe(1);
  expect(delivery.attempts.map(({ status }) => status)).toEqual([500, 500, 200]);
});

test('the record may be gone before the receiver is reached', async () => {
  const id = await canceled();
  await redis.del(await redis.keys(`${namespace}:*:record:*`));
  const { works } = await notifier(() => delivered);
  await settled(id, 'delivered');
  expect(JSON.parse(works[0]!.body.toString()).data.state).toBe('canceled');
});

test('a notifier that stops in the middle of an attempt gives it back, and it costs no attempt', async () => {
  const id = await canceled();
  const sending = latch();
  const first = await notifier(() => delivered, {
    drainMs: 0,
    send: (_work: DeliveryWork, signal: AbortSignal) => {
      sending.open();
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  await sending.promise;
  await first.worker.stop();
  expect(await log.read(id, 'public')).toMatchObject({ state: 'pending', attempt: 0 });
  await notifier(() => delivered);
  await settled(id, 'delivered');
});

test('an entry of the outbox that is moved twice is sent once', async () => {
  const id = await canceled();
  const { outbox } = deliveryKeys({ namespace });
  await redis.xadd(outbox, '*', 'id', id, 'round', 0, 'url', webhook.url);
  const { works } = await notifier(() => delivered);
  await settled(id, 'delivered');
  await redis.xadd(outbox, '*', 'id', id, 'round', 0, 'url', webhook.url);
  const later = await canceled();
  await settled(later, 'delivered');
  expect(works.map((work) => work.id)).toEqual([id, later]);
  expect(await redis.xlen(outbox)).toBe(0);
});

test('a delivery that is sent away from a busy host comes back and has lost no attempt', async () => {
  const answers = [
    { waitMs: 30, callBack: () => undefined },
    { waitMs: 3_600_000, callBack: (call: () => void) => call() },
  ];
  const gate = { enter: async () => answers.shift() ?? { leave: () => undefined } };
  const id = await canceled();
  const { works } = await notifier(() => delivered, { gate });
  expect((await settled(id, 'delivered')).attempt).toBe(1);
  expect(works).toHaveLength(1);
});

test.each([
  ['ahead', 420_000],
  ['behind', -420_000],
])('what a notifier puts off whose clock is %s is sent in time by another one', async (_which, offMs) => {
  const real = Date.now;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => real() + offMs);
  onTestFinished(() => void clock.mockRestore());
  const name = await canceled();
  let failedAt = 0;
  const wrong = await notifier(() => {
    failedAt = performance.now();
    return failed(3000);
  });
  await vi.waitFor(() => expect(wrong.works).toHaveLength(1));
  // Signed with a time that receivers believe.
  expect(Math.abs(wrong.works[0]!.at.getTime() - real())).toBeLessThan(200_000);
  await vi.waitFor(async () => expect(await redis.zcard(`${namespace}:{captions}:notify:delayed`)).toBe(1));
  await wrong.worker.stop();
  clock.mockRestore();
  let sentAt = 0;
  const right = await notifier(() => {
    sentAt = performance.now();
    return delivered;
  });
  await vi.waitFor(() => expect(right.works.map(({ id }) => id)).toEqual([name]));
  expect(sentAt - failedAt).toBeGreaterThanOrEqual(2900);
  expect(await redis.zcard(`${namespace}:{captions}:due`)).toBeLessThanOrEqual(1);
});

test('an error of the notifier’s own loses nothing', async () => {
  const id = await canceled();
  let broken = true;
  await notifier(() => {
    if (!broken) return delivered;
    broken = false;
    throw new Error('a bug');
  });
  expect((await settled(id, 'delivered')).attempt).toBe(1);
});

test('a receiver that wants no more gets no more of that endpoint, until a redelivery gets through', async () => {
  const gone: DeliveryVerdict = {
    status: 'failed',
    reason: 'gone',
    attempt: { ...attempt, status: 410 },
    host: 'alive',
  };
  let answer: DeliveryVerdict = gone;
  const { works } = await notifier(() => answer);
  const first = await canceled();
  expect(await settled(first, 'failed')).toMatchObject({ reason: 'gone', attempt: 1 });
  const second = await canceled();
  expect(await settled(second, 'failed')).toMatchObject({ reason: 'endpoint_disabled', attempt: 0 });
  const elsewhere = await canceled({ webhook: { ...webhook, url: 'https://example.com/other' } });
  await settled(elsewhere, 'failed');
  expect(works.map(({ id }) => id)).toEqual([first, elsewhere]);

  answer = delivered;
  expect(await log.redeliver(second, 'public')).toMatchObject({ state: 'pending', reason: null });
  await settled(second, 'delivered');
  await settled(await canceled(), 'delivered');
});

test('an endpoint that fails for too long is disabled', async () => {
  await notifier(() => failed(20), { failingMaxMs: 100 });
  expect(await settled(await canceled(), 'failed')).toMatchObject({ reason: 'endpoint_disabled' });
});

test('a redelivery starts over under the same id, also while the first is still waiting for its pause', async () => {
  let answer = failed(3_600_000);
  const { works } = await notifier(() => answer);
  const id = await canceled();
  await vi.waitFor(async () => expect((await log.read(id, 'public'))?.next_attempt_at).not.toBeNull());
  answer = delivered;
  await log.redeliver(id, 'public');
  await settled(id, 'delivered');
  await log.redeliver(id, 'public');
  await vi.waitFor(() => expect(works).toHaveLength(3));
  expect(works.map((work) => [work.id, work.attempt])).toEqual([1, 1, 1].map((n) => [id, n]));
  expect((await settled(id, 'delivered')).attempt).toBe(3);
});

test('deliveries are listed newest first, by state, page by page, and only to their tenant', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.unshift(await canceled({ tenant: 'acme' }));
  await canceled({ tenant: 'other' });
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await log.list({ tenant: 'acme', state: 'pending', limit: 2, ...(cursor && { cursor }) });
    pages.push(page.data.map(({ id }) => id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
  expect(pages.flat().sort()).toEqual([...ids].sort());
  expect((await log.list({ tenant: 'acme', state: 'delivered' })).data).toEqual([]);
  expect(await log.read(ids[0]!, 'other')).toBeNull();
  expect(await log.redeliver(ids[0]!, 'other')).toBeNull();
  expect(await log.ofWork(newCaptionId(), 'acme')).toEqual([]);
  await expect(log.list({ tenant: 'acme', cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_params' });
});

test('everything about deliveries is gone after a while', async () => {
  await notifier(() => delivered);
  await settled(await canceled(), 'delivered');
  const { delivery, attempts, deliveries } = deliveryKeys({ namespace });
  for (const key of await redis.keys(`${namespace}:*`)) {
    if (![delivery(''), attempts(''), deliveries('')].some((prefix) => key.startsWith(prefix))) continue;
    expect(await redis.ttl(key), key).toBeGreaterThan(0);
  }
});

test('what a caller deletes is gone everywhere: no key holds its text or metadata, and no webhook is sent any more', async () => {
  const keeping = new WorkQueue({ redisUrl, namespace, reuseS: 3600 });
  await keeping.start();
  onTestFinished(() => keeping.stop());
  const metadata = { note: 'a private note' };
  const worker = new WorkConsumer({
    ...{ serves, redisUrl, namespace, concurrency: 4 },
    handler: async () => ({ ...made('a private text'), revision: 'r1' }),
  });
  await worker.start();
  onTestFinished(() => worker.stop());
  const echo = { ...attempt, status: 500, error: 'a private text' };
  const { works } = await notifier(() => ({ ...failed(3_600_000), attempt: echo }));
  const { batch } = await keeping.createBatch({ id: newBatchId(), total: 1 });
  const { work } = await keeping.submit(submission({ webhook, metadata, batchId: batch.id }));
  await keeping.sealBatch(batch.id, [{ index: 0, id: work.id, error: null }]);
  await keeping.wait(work.id, { timeoutMs: 120_000 });
  const id = `msg_${work.id}_succeeded`;
  await vi.waitFor(async () => expect((await log.read(id, 'public'))?.attempts).toHaveLength(1));
  expect(await holders('a private')).not.toEqual([]);
  await keeping.delete(work.id);
  expect(await holders('a private')).toEqual([]);
  expect(await log.read(id, 'public')).toBeNull();
  expect((await log.list({ tenant: 'public' })).data).toEqual([]);
  const notify = `${namespace}:{captions}:notify`;
  await redis.zadd(`${notify}:delayed`, 'XX', 0, `${id}-0`);
  await vi.waitFor(async () => expect(await redis.exists(`${notify}:${id}-0`)).toBe(0), { timeout: 60_000 });
  expect(works).toHaveLength(1);
});

/** Keys of the namespace whose values contain this text. */
async function holders(text: string): Promise<string[]> {
  const keys = await redis.keys(`${namespace}:*`);
  const values = await Promise.all(
    keys.map(async (key) => {
      switch (await redis.type(key)) {
        case 'hash':
          return Object.values(await redis.hgetall(key));
        case 'list':
          return await redis.lrange(key, 0, -1);
        case 'string':
          return [await redis.get(key)];
        case 'stream':
          return [JSON.stringify(await redis.xrange(key, '-', '+'))];
        default:
          return [];
      }
    }),
  );
  return keys.filter((_, i) => values[i]!.some((value) => value?.includes(text)));
}
