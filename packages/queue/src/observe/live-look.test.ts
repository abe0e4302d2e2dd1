import { newCaptionId, type WorkState } from '@blipq/contracts';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import type { QueueClientOptions } from '../redis/queue-client.js';
import { held, made, patient, submission } from '../testing/fixtures.js';
import { everyEvent, failed, LiveDeliveries } from '../testing/live-deliveries.js';
import { TestQueue } from '../testing/test-queue.js';
import { LiveLook, type Look } from './live-look.js';

const redisUrl = inject('redisUrl');
let live: TestQueue;
let look: LiveLook;

beforeEach(async () => {
  live = await new TestQueue(redisUrl).start();
  look = await opened({ redisUrl, namespace: live.namespace, ...patient });
});

afterEach(async () => {
  look.stop();
  await live.stop();
});

async function opened(options: QueueClientOptions): Promise<LiveLook> {
  const one = new LiveLook(options);
  await one.start();
  return one;
}

const submit = async (changes: Parameters<typeof submission>[0] = {}) =>
  (await live.queue.submit(submission(changes))).work.id;

const shown = ({ work }: Look, state: WorkState) => work[state].shown.map(({ id }) => id);

test('without any work there is nothing to see, and no percentile of nothing', async () => {
  const seen = await look.take();
  expect(seen).toMatchObject({ wait_ms: null, total_ms: null, age_ms: { p50: 0, p95: 0, p99: 0 } });
  expect(seen.ended_per_5s).toEqual(Array(12).fill(0));
  expect(Object.values(seen.work)).toEqual(Array(6).fill({ recent: 0, shown: [] }));
  expect(seen.webhooks).toEqual({ waiting: 0, delayed: 0, failing: 0, receivers: [] });
});

test('work of all tenants is seen in the state that it is in, and in no other, until it is deleted', async () => {
  const { handler, begun, finish } = held();
  await live.consume(async (work, signal) => {
    if (work.prompt === 'fail') throw new Error('it is <b>broken</b>');
    return work.prompt === 'hold' ? await handler(work, signal) : made('a cat');
  });
  const [ada, eve] = [{ tenant: 'ada' }, { tenant: 'eve' }];
  const done = await submit(ada);
  const broken = await submit({ ...eve, prompt: 'fail' });
  const canceled = await submit({ ...eve, model: 'nobody-serves-it' });
  await live.queue.cancel(canceled, 'eve');
  await live.ended(done, 'ada');
  await live.ended(broken, 'eve');
  const running = await submit({ ...ada, prompt: 'hold' });
  await begun;

  const seen = await look.take();
  expect(Object.keys(seen.work).map((state) => [state, shown(seen, state as WorkState)])).toEqual([
    ['queued', []],
    ['processing', [running]],
    ['succeeded', [done]],
    ['failed', [broken]],
    ['canceled', [canceled]],
    ['expired', []],
  ]);
  expect(seen.work.failed).toMatchObject({
    recent: 1,
    shown: [{ tenant: 'eve', model: 'demo', attempt: expect.any(Number), error: { code: 'internal_error' } }],
  });
  expect(seen.work.succeeded.shown[0]).toMatchObject({ tenant: 'ada', error: null, total_ms: expect.any(Number) });
  expect(seen.ended_per_5s.reduce((sum, count) => sum + count)).toBe(2);

  finish();
  await live.ended(running, 'ada');
  await live.queue.delete(done, 'ada');
  const later = await look.take();
  expect([shown(later, 'processing'), shown(later, 'succeeded')]).toEqual([[], [running]]);
});

test('what a tenant asked for and got is in no look', async () => {
  await live.consume(async () => made('a secret result'));
  const id = await submit({ prompt: 'a secret prompt', metadata: { secret: 'note' } });
  await live.ended(id);
  expect(JSON.stringify([await look.take(), await look.find(id)])).not.toContain('secret');
});

test('a result that was at hand is seen as succeeded, and counts as no wait', async () => {
  const { work } = await live.queue.submit(submission({ id: newCaptionId() }));
  await live.consume(async () => made('a cat'));
  await live.ended(work.id);
  const { work: again } = await live.queue.retry(work.id, { copyResult: true });
  const { shown: succeeded } = (await look.take()).work.succeeded;
  expect(succeeded.map(({ id }) => id).sort()).toEqual([again.id, work.id].sort());
  expect(succeeded.find(({ id }) => id === again.id)).toMatchObject({ cached: true, wait_ms: null });
});

test('ages are those of what is queued, by rank, and waits those of what succeeded', async () => {
  const nowMs = Number((await live.redis.time())[0]) * 1000;
  const queued = `${live.keys.root}:queued`;
  for (let i = 1; i <= 100; i++) await live.redis.zadd(queued, nowMs - i * 1000, `cap_${i}`);
  const { age_ms } = await look.take();
  const seconds = Object.values(age_ms).map((ms) => Math.floor(ms / 1000));
  // The clock goes on meanwhile.
  for (const [i, expected] of [50, 95, 99].entries()) {
    expect(seconds[i]).toBeGreaterThanOrEqual(expected);
    expect(seconds[i]).toBeLessThan(expected + 60);
  }

  for (let i = 1; i <= 100; i++) {
    const [created, id] = [nowMs - 500_000, `cap_${String(i).padStart(3, '0')}`];
    await live.redis.hset(live.keys.record(id), {
      ...{ state: 'succeeded', tenant: 'ada', model: 'demo', attempt: 1 },
      ...{ created_ms: created, started_ms: created + i * 10, finished_ms: created + i * 20 },
    });
    await live.redis.zadd(`${live.keys.root}:latest:succeeded`, created, id);
  }
  const { wait_ms, total_ms } = await look.take();
  expect({ wait_ms, total_ms }).toEqual({
    wait_ms: { p50: 500, p95: 950, p99: 990 },
    total_ms: { p50: 1000, p95: 1900, p99: 1980 },
  });
});

test('a look is bounded, and so is what is kept for it', async () => {
  const latest = `${live.keys.root}:latest:canceled`;
  for (let i = 0; i < 1000; i++) await live.redis.zadd(latest, i, `cap_${i}`);
  const ids: string[] = [];
  for (let i = 0; i < 30; i++) ids.push(await submit());
  // Several may come within one millisecond; their order is that of their times.
  const inOrder = async (set: string) => {
    for (const [i, id] of ids.entries()) await live.redis.zadd(set, 'XX', 5000 + i, id);
  };
  await inOrder(`${live.keys.root}:queued`);
  expect((await look.take()).work.queued.shown.map(({ id }) => id)).toEqual(ids.slice(0, 25));
  for (const id of ids) await live.queue.cancel(id);
  expect(await live.redis.zcard(latest)).toBe(1000);
  await inOrder(latest);
  const seen = await look.take();
  expect(shown(seen, 'canceled')).toEqual(ids.toReversed().slice(0, 25));
  expect(await live.redis.pttl(latest)).toBeGreaterThan(0);
});

test('work is found by its id whoever has it; deleted work is not, and expired work says so', async () => {
  const id = await submit({ tenant: 'ada' });
  expect(await look.find(id)).toMatchObject({ status: 'found', work: { id, tenant: 'ada', state: 'queued' } });
  expect(await look.find(newCaptionId())).toBeNull();
  await live.redis.del(live.keys.record(id));
  expect(await look.find(id)).toEqual({ status: 'expired', tenant: 'ada' });
});

test('a receiver that fails is seen with its host, its last attempt and what is next, until it answers again', async () => {
  const deliveries = await new LiveDeliveries(redisUrl).start();
  const seeing = await opened({ redisUrl, namespace: deliveries.namespace });
  let answer = failed(3_600_000);
  await deliveries.notifier(() => answer);
  const webhook = { ...everyEvent, url: 'https://user:s3cret@receiver.invalid/hook?token=s3cret' };
  const id = await deliveries.canceled({ tenant: 'ada', webhook });
  await expect
    .poll(async () => (await seeing.take()).webhooks)
    .toMatchObject({
      failing: 1,
      receivers: [
        {
          ...{ host: 'receiver.invalid', tenant: 'ada', disabled: false },
          delivery: {
            id,
            event: 'caption.canceled',
            state: 'pending',
            attempt: 1,
            next_attempt_at: expect.any(String),
          },
          last_attempt: { status: 500, error: 'The receiver answered 500.' },
        },
      ],
    });
  expect(JSON.stringify(await seeing.take())).not.toContain('s3cret');

  answer = { status: 'delivered', attempt: { ...answer.attempt, status: 200, error: null }, host: 'alive' };
  await deliveries.log.redeliver(id, 'ada');
  await deliveries.settled(id, 'delivered', 'ada');
  expect((await seeing.take()).webhooks).toMatchObject({ failing: 0, receivers: [] });
  seeing.stop();
  await deliveries.stop();
});

test('without Redis a look is refused within bounded time', async () => {
  const away = await opened({ redisUrl: 'redis://127.0.0.1:1' });
  await expect(away.take()).rejects.toMatchObject({ code: 'queue_unavailable' });
  await expect(away.find(newCaptionId())).rejects.toMatchObject({ code: 'queue_unavailable' });
  away.stop();
});
