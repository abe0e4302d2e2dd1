import { BlipqError, newCaptionId } from '@blipq/contracts';
import { OwnRedis } from '@blipq/test-servers';
import { Queue } from 'bullmq';
import { afterEach, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { FetchingQueue, fetched } from '../testing/fetching.js';
import { latch, made, patient, submission } from '../testing/fixtures.js';
import { TestQueue } from '../testing/test-queue.js';
import { QueueCensus, type QueueCount } from './queue-census.js';

const redisUrl = inject('redisUrl');
let live: TestQueue;
let jobs: Queue;
let census: QueueCensus;

beforeEach(async () => {
  live = await new TestQueue(redisUrl).start();
  await live.redis.sadd(`${live.keys.root}:jobs:names`, 'captions.demo');
  jobs = new Queue('captions.demo', { connection: live.redis, prefix: live.keys.bullPrefix });
  census = new QueueCensus({ redisUrl, namespace: live.namespace, ...patient });
  await census.start();
});

afterEach(async () => {
  census.stop();
  await jobs.close();
  await live.stop();
});

async function expectCount(expected: Partial<QueueCount>): Promise<void> {
  expect(await census.take()).toMatchObject(expected);
}

const submit = async () => (await live.queue.submit(submission())).work.id;

test('an empty queue wants no worker', async () => {
  await expectCount({
    demand: 0,
    waiting: 0,
    active: 0,
    delayed: 0,
    due: 0,
    unfetched: 0,
    jobless: 0,
    open: 0,
    bytes: 0,
    oldestMs: 0,
  });
});

test('jobs that wait are counted, with a priority and without', async () => {
  await submit();
  await submit();
  await jobs.add('caption', { id: newCaptionId() });
  expect(await jobs.getJobCounts('prioritized', 'wait')).toEqual({ prioritized: 2, wait: 1 });
  await expectCount({ demand: 3, waiting: 3, open: 2, bytes: 2 * 48 });
});

test('a delayed job counts when it is due within 30 s', async () => {
  await jobs.add('caption', { id: newCaptionId() }, { delay: 25_000 });
  await jobs.add('caption', { id: newCaptionId() }, { delay: 3_600_000, priority: 7 });
  await expectCount({ demand: 1, waiting: 0, delayed: 2, due: 1 });
});

test('a caption in the hands of a worker counts until it has ended', async () => {
  const [began, go] = [latch(), latch()];
  await live.consume(async () => {
    began.open();
    await go.promise;
    return made('done');
  });
  const id = await submit();
  await began.promise;
  await expectCount({ demand: 1, waiting: 0, active: 1, jobless: 0, oldestMs: 0 });
  go.open();
  await live.ended(id);
  await vi.waitFor(() => expectCount({ demand: 0, active: 0, open: 0 }));
});

test('while the queue is paused, what waits wants no worker, and what runs does', async () => {
  const [began, go] = [latch(), latch()];
  await live.consume(
    async () => {
      began.open();
      await go.promise;
      return made('done');
    },
    { concurrency: 1 },
  );
  await submit();
  await began.promise;
  await submit();
  await jobs.add('caption', { id: newCaptionId() }, { delay: 1000 });
  await jobs.pause();
  await expectCount({ paused: true, demand: 1, waiting: 1, active: 1, due: 1 });
  await jobs.resume();
  await expectCount({ paused: false, demand: 3 });
  go.open();
});

test('a paused queue of one model does not hide what waits for another', async () => {
  await submit();
  await jobs.pause();
  await live.redis.sadd(`${live.keys.root}:jobs:names`, 'captions.owner%2Fother');
  const others = new Queue('captions.owner%2Fother', { connection: live.redis, prefix: live.keys.bullPrefix });
  await others.add('caption', { id: newCaptionId() });
  await others.add('caption', { id: newCaptionId() });
  await expectCount({ paused: true, demand: 2, waiting: 3 });
  const { demandOf } = await census.take();
  expect(Object.fromEntries(demandOf)).toEqual({ demo: 0, 'owner/other': 2 });
  await others.close();
});

test('an accepted caption without a job wants a worker', async () => {
  expect(await jobs.remove(await submit())).toBe(1);
  await expectCount({ demand: 1, waiting: 0, jobless: 1, open: 1 });
});

test('the age is that of the oldest queued caption of all tenants', async () => {
  await submit();
  const { work } = await live.queue.submit(submission({ tenant: 'other' }));
  const created = Date.now() - 90_000;
  await live.redis.zadd(`${live.keys.root}:queued`, 'XX', created, work.id);
  const { oldestMs } = await census.take();
  expect(oldestMs).toBeGreaterThanOrEqual(90_000);
  expect(oldestMs).toBeLessThan(100_000 + Date.now() - created);
});

test('a clock that went back makes nothing younger than now', async () => {
  const id = await submit();
  await live.redis.zadd(`${live.keys.root}:queued`, 'XX', Date.now() + 3_600_000, id);
  await expectCount({ oldestMs: 0 });
});

test('it asks Redis as little with many tenants as with one', async () => {
  const server = await OwnRedis.create();
  await server.start();
  const own = await new TestQueue(server.url).start();
  const counting = new QueueCensus({ redisUrl: server.url, namespace: own.namespace, ...patient });
  await counting.start();
  const commands = async () => {
    const stats = await own.redis.info('commandstats');
    return [...stats.matchAll(/^cmdstat_(?!info|ping|config)\S+:calls=(\d+)/gm)].reduce(
      (sum, [, calls]) => sum + Number(calls),
      0,
    );
  };
  const cost = async () => {
    const before = await commands();
    await counting.take();
    return (await commands()) - before;
  };
  await own.queue.submit(submission({ tenant: 'first' }));
  await counting.take();
  const ofOne = await cost();
  for (let tenant = 0; tenant < 40; tenant += 1) await own.queue.submit(submission({ tenant: `tenant-${tenant}` }));
  expect(await cost()).toBe(ofOne);
  counting.stop();
  await own.stop();
  await server.remove();
});

test('without Redis it rejects, and counts again when Redis is back', async () => {
  const redis = await OwnRedis.create();
  const away = new QueueCensus({ redisUrl: redis.url, commandTimeoutMs: 500 });
  await away.start();
  const error = await away.take().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BlipqError);
  expect(error).toMatchObject({ code: 'queue_unavailable' });
  await redis.start();
  await vi.waitFor(async () => expect(await away.take()).toMatchObject({ demand: 0 }));
  redis.signal('SIGSTOP');
  await expect(away.take()).rejects.toMatchObject({ code: 'queue_unavailable' });
  away.stop();
  await redis.remove();
});

test('what waits for its image wants a worker of its model, once, whether a gateway has it in hand or not', async () => {
  const fetching = new FetchingQueue(redisUrl);
  await fetching.start();
  onTestFinished(() => fetching.stop());
  const counting = new QueueCensus({ redisUrl, namespace: fetching.namespace, ...patient });
  await counting.start();
  onTestFinished(() => counting.stop());
  const { id } = await fetching.batchOf(5);
  const count = async () => {
    const { demand, demandOf, unfetched, jobless, waiting, places } = await counting.take();
    expect([demandOf.get('demo'), places.get('demo')?.unfetched]).toEqual([demand, unfetched]);
    return { demand, unfetched, jobless, waiting };
  };
  expect(await count()).toEqual({ demand: 5, unfetched: 5, jobless: 0, waiting: 0 });
  const [begun, go] = [latch(), latch()];
  await fetching.fetcher({
    handler: async () => {
      begun.open();
      await go.promise;
      return fetched();
    },
    concurrency: 2,
  });
  await begun.promise;
  await vi.waitFor(async () => expect(await fetching.redis.scard(`${fetching.keys.root}:fetching`)).toBe(2));
  expect(await count()).toEqual({ demand: 5, unfetched: 5, jobless: 0, waiting: 0 });
  go.open();
  await vi.waitFor(async () => expect(await count()).toEqual({ demand: 5, unfetched: 0, jobless: 0, waiting: 5 }));
  await fetching.queue.cancelBatch(id, 'public');
  expect(await count()).toMatchObject({ demand: 0, unfetched: 0 });
  // What is stored of them is kept for a retry.
  expect(await fetching.redis.hkeys(`${fetching.keys.root}:load`)).toEqual(['bytes']);
});
