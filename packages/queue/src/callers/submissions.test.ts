import { newCaptionId } from '@blipq/contracts';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { addJob, JobQueues } from '../records/jobs.js';
import { latch, made, submission } from '../testing/fixtures.js';
import { TestQueue } from '../testing/test-queue.js';
import { discardRecord } from './scripts/discard-record.js';

const redisUrl = inject('redisUrl');
const minute = { reuseS: 60, retentionS: 100, imageTtlS: 50 };
let live: TestQueue;
beforeEach(async () => {
  live = await new TestQueue(redisUrl, minute).start();
});
afterEach(() => live.stop());

const keyed = (fingerprint: string, idempotencyKey = 'key-1') => submission({ idempotencyKey, fingerprint });

/** How many of these promises did what: the status they resolved with or the code they rejected with. */
async function tally(promises: Promise<{ status: string }>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const settled of await Promise.allSettled(promises)) {
    const outcome = settled.status === 'fulfilled' ? settled.value.status : settled.reason.code;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

test('a job is not added to work that Redis has lost since: nobody is told that it was accepted', async () => {
  const jobs = new JobQueues(live.redis, live.keys, () => undefined);
  await expect(addJob(jobs.of('captions.demo'), newCaptionId(), '10000')).rejects.toThrow('LOST the record');
  expect(await live.waitingJobs()).toBe(0);
  // Of an image that was fetched, for which Redis had given the work its turn, and lost that.
  const { work } = await live.queue.submit(submission());
  await expect(addJob(jobs.of('captions.demo'), work.id, '10000')).rejects.toThrow('LOST the record');
  await jobs.close();
});

test('half a character in what a script is given does not keep the script from running', async () => {
  const odd = ['\ud83d', '\\\ud83d', 'a\udc00b', '😀', '\\ud83d'];
  for (const fingerprint of odd) {
    const identity = { idempotencyKey: fingerprint, fingerprint };
    expect(await live.queue.admit(identity)).toEqual({ status: 'admitted' });
    const { work } = await live.queue.submit(keyed(fingerprint, fingerprint));
    expect(await live.redis.hget(live.keys.record(work.id), 'fingerprint')).toBe(fingerprint.toWellFormed());
  }
});

describe('an idempotency key', () => {
  test('repeated with the same request returns the first caption and stores nothing', async () => {
    const first = await live.queue.submit(keyed('a'));
    const stored = await live.stored();
    expect(await live.queue.submit(keyed('a'))).toEqual({ status: 'replayed', work: first.work });
    expect(await live.stored()).toEqual(stored);
    expect(await live.waitingJobs()).toBe(1);
  });

  test('repeated with another request is refused', async () => {
    await live.queue.submit(keyed('a'));
    const stored = await live.stored();
    await expect(live.queue.submit(keyed('b'))).rejects.toMatchObject({ code: 'idempotency_key_reused', status: 422 });
    expect(await live.stored()).toEqual(stored);
  });

  test('makes one job of 200 concurrent requests', async () => {
    const counts = await tally(Array.from({ length: 200 }, () => live.queue.submit(keyed('a'))));
    expect(counts.queued).toBe(1);
    expect((counts.replayed ?? 0) + (counts.idempotency_in_progress ?? 0)).toBe(199);
    expect(await live.waitingJobs()).toBe(1);
    expect(await live.stored('record')).toHaveLength(1);
    expect(await live.stored('pixels')).toHaveLength(1);
    expect(await live.queue.load()).toMatchObject({ open: 1, bytes: 48 });
  });

  test('is in progress until the job is known to be in the queue, and then is replayed', async () => {
    const { work } = await live.queue.submit(keyed('a'));
    // As the gateway left it that died before the job was in the queue.
    await live.redis.hset(live.keys.record(work.id), 'storing', 1);
    await expect(live.queue.submit(keyed('a'))).rejects.toMatchObject({
      code: 'idempotency_in_progress',
      status: 409,
      retryAfterS: 1,
    });
    await live.redis.del(`${live.keys.root}:jobs:captions.demo:${work.id}`);
    await live.redis.zadd(`${live.keys.root}:open`, 0, work.id);
    const reconciler = await live.reconciler();
    expect((await reconciler.sweep()).requeued).toEqual([work.id]);
    expect((await live.queue.submit(keyed('a'))).status).toBe('replayed');
  });

  test('lives as long as its caption: it replays the result, and is free once the caption is gone', async () => {
    const first = await live.queue.submit(keyed('a'));
    await live.consume(async () => made('a cat'));
    const ended = await live.ended(first.work.id);
    expect(await live.queue.submit(keyed('a'))).toEqual({ status: 'replayed', work: ended });
    const [entry] = await live.stored('idempotency');
    const ttls = await live.redis.multi().pttl(entry!).pttl(live.keys.record(ended.id)).exec();
    const [ofKey, ofRecord] = ttls!.map(([, ms]) => Number(ms));
    expect(Math.abs(ofKey! - ofRecord!)).toBeLessThan(1000);
    await live.queue.delete(ended.id);
    expect((await live.queue.submit(keyed('a'))).status).toBe('queued');
  });

  test('belongs to its tenant', async () => {
    await live.queue.submit({ ...keyed('a'), tenant: 'one' });
    expect((await live.queue.submit({ ...keyed('b'), tenant: 'two' })).status).toBe('queued');
  });

  test('is looked up before the image is decoded', async () => {
    const identity = { idempotencyKey: 'key-1', fingerprint: 'a' };
    expect(await live.queue.admit(identity)).toEqual({ status: 'admitted' });
    const { work } = await live.queue.submit(keyed('a'));
    expect(await live.queue.admit(identity)).toEqual({ status: 'replayed', work: work });
    const other = live.queue.admit({ ...identity, fingerprint: 'b' });
    await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });
});

describe('an id that the client chose', () => {
  const id = newCaptionId();
  const put = (fingerprint: string, tenant = 'one') => submission({ id, fingerprint, tenant });

  test('creates once', async () => {
    const counts = await tally(Array.from({ length: 50 }, () => live.queue.submit(put('a'))));
    expect(counts.queued).toBe(1);
    expect(await live.waitingJobs()).toBe(1);
    expect((await live.queue.submit(put('a'))).status).toBe('replayed');
    await expect(live.queue.submit(put('b'))).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await expect(live.queue.submit(put('a', 'two'))).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(await live.queue.admit({ id, tenant: 'one', fingerprint: 'a' })).toMatchObject({ status: 'replayed' });
  });

  test('is not used again when its caption is gone', async () => {
    await live.queue.submit(put('a'));
    await live.queue.delete(id, 'one');
    await expect(live.queue.submit(put('a'))).rejects.toMatchObject({ code: 'result_expired', status: 410 });
    await expect(live.queue.submit(put('a', 'two'))).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(await live.stored('pixels')).toEqual([]);
  });
});

describe('the queue is bounded', () => {
  let small: TestQueue;
  beforeEach(async () => {
    small = await new TestQueue(redisUrl, { openMax: 3, bytesMax: 4 * 48 }).start();
  });
  afterEach(() => small.stop());

  test('in captions, however many come at once, and stores nothing of the rest', async () => {
    const counts = await tally(Array.from({ length: 20 }, () => small.queue.submit(submission())));
    expect(counts).toEqual({ queued: 3, queue_full: 17 });
    expect(await small.stored('pixels')).toHaveLength(3);
    expect(await small.stored('record')).toHaveLength(3);
    await expect(small.queue.admit({ bytes: 48 })).rejects.toMatchObject({ code: 'queue_full', retryAfterS: 120 });
  });

  test('per tenant', async () => {
    const mine = (tenant: string) => submission({ tenant, tenantOpenMax: 1 });
    await small.queue.submit(mine('one'));
    await expect(small.queue.submit(mine('one'))).rejects.toMatchObject({ code: 'tenant_queue_full', status: 429 });
    const admission = { tenant: 'one', tenantOpenMax: 1 };
    await expect(small.queue.admit(admission)).rejects.toMatchObject({ code: 'tenant_queue_full' });
    const { work } = await small.queue.submit(mine('two'));
    await small.queue.cancel(work.id, 'two');
    expect((await small.queue.submit(mine('two'))).status).toBe('queued');
  });

  test('in bytes; images kept for a retry give way, the oldest first', async () => {
    const kept = [];
    for (let n = 0; n < 4; n += 1) {
      const { work } = await small.queue.submit(submission());
      await small.queue.cancel(work.id);
      kept.push(work.id);
    }
    expect(await small.queue.load()).toMatchObject({ open: 0, bytes: 4 * 48 });
    await small.queue.submit(submission());
    await small.queue.submit(submission());
    expect(await small.queue.load()).toMatchObject({ open: 2, bytes: 4 * 48 });
    await expect(small.queue.retry(kept[1]!)).rejects.toMatchObject({ code: 'input_expired' });
    const huge = submission({ pixels: new Uint8Array(3 * 48) });
    await expect(small.queue.submit(huge)).rejects.toMatchObject({ code: 'queue_full' });
    expect(await small.stored('pixels')).toHaveLength(2);
  });

  test('what expired by itself is not counted for ever', async () => {
    const { work } = await small.queue.submit(submission());
    await small.redis.unlink(small.keys.record(work.id), ...(await small.stored('pixels')));
    const images = `${small.keys.root}:images`;
    await small.redis.zadd(images, 0, (await small.redis.zrange(images, '0', '0'))[0]!);
    await small.redis.zadd(`${small.keys.root}:open`, 0, work.id);
    await (await small.reconciler()).sweep();
    await small.queue.admit({ bytes: 48 });
    expect(await small.stored('load')).toEqual([]);
    expect(await small.queue.load()).toMatchObject({ open: 0, bytes: 0 });
  });

  test('and says when there should be room, from what workers got done', async () => {
    expect((await small.queue.load()).retryAfterS).toBe(120);
    // Five captions in a window that is at least five seconds long: one per second.
    await small.consume(async () => made('x'));
    for (let n = 0; n < 5; n += 1) await small.ended((await small.queue.submit(submission())).work.id);
    const { perSecond, retryAfterS } = await small.queue.load();
    expect(perSecond).toBeGreaterThan(0);
    expect(perSecond).toBeLessThanOrEqual(1);
    expect(retryAfterS).toBe(1);
  });
});

describe('an equal caption', () => {
  const wait = async (changes: Partial<ReturnType<typeof submission>> = {}) => {
    const outcome = await live.queue.submit(submission({ revision: 'r2', ...changes }));
    return { status: outcome.status, work: await live.ended(outcome.work.id, changes.tenant) };
  };

  test('is answered with the stored result, without a job', async () => {
    let calls = 0;
    await live.consume(async () => made(`caption ${++calls}`));
    const first = await wait();
    const second = await wait({ idempotencyKey: 'k', fingerprint: 'a' });
    expect(second.status).toBe('cached');
    expect(second.work).toMatchObject({
      state: 'succeeded',
      cached: true,
      attempt: 0,
      timings: null,
      started_at: null,
    });
    expect(second.work.caption).toEqual(first.work.caption);
    expect(second.work.id).not.toBe(first.work.id);
    expect(await live.queue.load()).toMatchObject({ open: 0, bytes: 0 });
    expect((await live.queue.list({ state: 'succeeded' })).data).toHaveLength(2);
    expect((await wait({ reuse: 'refresh' })).work.caption?.text).toBe('caption 2');
    expect((await wait()).work.caption?.text).toBe('caption 2');
    expect(await wait({ idempotencyKey: 'k', fingerprint: 'a' })).toMatchObject({
      status: 'replayed',
      work: second.work,
    });
    expect(calls).toBe(2);
  });

  test.each([
    ['prompt', { prompt: 'another' }],
    ['params', { params: { ...submission().params, num_beams: 2 } }],
    ['model', { model: 'another' }],
    ['revision', { revision: 'r3' }],
    ['precision', { precision: 'int8' }],
    ['pixels', { pixels: new Uint8Array(48) }],
    ['tenant', { tenant: 'another' }],
  ])('has the same %s', async (_what, changes) => {
    for (const model of ['demo', 'another']) {
      await live.consume(async () => made('x'), { serves: () => ({ task: 'captioning', model }) });
    }
    await wait();
    expect((await wait(changes)).status).toBe('queued');
  });

  test('is not answered with what another revision made, nor with a failure, nor where results are not kept', async () => {
    await live.consume(async () => made('by r2'));
    for (const asked of [{ revision: 'r1' }, { precision: 'int8' }]) {
      const first = await wait(asked);
      expect(await live.queue.read(first.work.id)).toMatchObject({ revision: 'r2', precision: 'fp32' });
      expect((await wait(asked)).status).toBe('queued');
    }
    const off = await new TestQueue(redisUrl).start();
    await off.consume(async () => made('x'));
    await off.ended((await off.queue.submit(submission({ revision: 'r2' }))).work.id);
    expect((await off.queue.submit(submission({ revision: 'r2' }))).status).toBe('queued');
    expect(await off.stored('result')).toEqual([]);
    await off.stop();
  });
});

test('a submission that is taken back while a worker has it already goes on, with its pixels', async () => {
  const [begun, going] = [latch(), latch()];
  await live.consume(async () => {
    begun.open();
    await going.promise;
    return made('a dog');
  });
  const { work } = await live.queue.submit(keyed('a'));
  await begun.promise;
  const pixels = (await live.redis.hget(live.keys.record(work.id), 'pixels'))!;
  // As when Redis was frozen while the job was added, and carries out the removal after a worker has taken the job.
  await discardRecord({ redis: live.redis, root: live.keys.root }, work.id, pixels);
  expect(await live.redis.exists(live.keys.pixels(pixels))).toBe(1);
  going.open();
  expect(await live.ended(work.id)).toMatchObject({ state: 'succeeded' });
});
