import { captionResource, newCaptionId } from '@blipq/contracts';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { WorkConsumer } from '../attempts/work-consumer.js';
import type { CaptionHandler } from '../attempts/work-handler.js';
import { queueKeys } from '../redis/keys.js';
import { freshNamespace, latch, made, patient, serves, submission } from '../testing/fixtures.js';
import { discardRecord } from './scripts/discard-record.js';
import { WorkQueue } from './work-queue.js';

const redisUrl = inject('redisUrl');
let namespace: string;
let queue: WorkQueue;
let redis: Redis;
const workers: WorkConsumer[] = [];

beforeEach(async () => {
  namespace = freshNamespace();
  redis = new Redis(redisUrl);
  queue = new WorkQueue({ redisUrl, namespace, ...patient, retentionS: 100, imageTtlS: 50, pollMs: 30_000 });
  await queue.start();
});

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await queue.stop();
  redis.disconnect();
});

async function consume(handler: CaptionHandler): Promise<WorkConsumer> {
  const worker = new WorkConsumer({ serves, redisUrl, namespace, concurrency: 4, handler });
  workers.push(worker);
  await worker.start();
  return worker;
}

/** What is kept of captions: every key of the namespace, or of a kind, but BullMQ's own. */
async function ownKeys(kind = '*'): Promise<string[]> {
  const keys = await redis.keys(`${namespace}:{captions}:${kind}*`);
  return keys.filter((key) => !key.includes(':jobs:')).sort();
}

describe('submit', () => {
  test('stores the record and the image with their lifetimes and answers the resource', async () => {
    const { status, work } = await queue.submit(submission());
    expect(status).toBe('queued');
    expect(work).toEqual(await queue.read(work.id));
    expect(work).toMatchObject({ state: 'queued', attempt: 0, caption: null, timings: null, started_at: null });
    const ttl = async (kind: string) => await redis.ttl((await ownKeys(kind))[0]!);
    expect(await ttl('pixels')).toBeGreaterThan(45);
    expect(await ttl('pixels')).toBeLessThanOrEqual(50);
    // It has its lifetime when it has ended.
    expect(await ttl('record')).toBe(-1);
    expect(await ttl('list')).toBeGreaterThan(145);
    expect(await ttl('gone')).toBeGreaterThan(145 + 7 * 86_400);
  });

  test('a repeated id returns the first caption and enqueues and keeps nothing', async () => {
    const first = await queue.submit(submission());
    const keys = await ownKeys();
    const second = await queue.submit(submission({ id: first.work.id, prompt: 'another' }));
    expect(second).toEqual({ status: 'replayed', work: first.work });
    expect(await ownKeys()).toEqual(keys);
    expect(await redis.zcard(`${namespace}:{captions}:jobs:captions.demo:prioritized`)).toBe(1);
  });

  test('a submission that is taken back takes its job along; one that was submitted again does not lose it', async () => {
    const { work } = await queue.submit(submission());
    const keys = queueKeys({ namespace });
    const pixels = (await redis.hget(keys.record(work.id), 'pixels')) ?? '';
    const discard = async (name: string) => await discardRecord({ redis, root: keys.root }, work.id, name);
    const allKeys = async () => (await redis.keys(`${namespace}:*`)).sort();
    const before = await allKeys();
    expect(await discard(`${work.id}.earlier.48`)).toBe(false);
    expect(await allKeys()).toEqual(before);
    expect(await discard(pixels)).toBe(true);
    // Not counted, not listed, not even remembered.
    expect(await ownKeys()).toEqual([]);
    expect(
      await redis.exists(`${keys.root}:jobs:captions.demo:${work.id}`, `${keys.root}:jobs:captions.demo:prioritized`),
    ).toBe(0);
    // BullMQ still hands out work after one of its jobs has vanished.
    await consume(async () => made('the next'));
    const next = await queue.submit(submission());
    expect((await queue.wait(next.work.id, { timeoutMs: 120_000 })).status).toBe('finished');
  });

  test('whoever looks while a caption is submitted sees nothing or the caption, never one that is gone', async () => {
    const other = new WorkQueue({ redisUrl, namespace, ...patient });
    await other.start();
    onTestFinished(() => other.stop());
    for (let round = 0; round < 100; round += 1) {
      const id = newCaptionId();
      const looks = Array.from({ length: 8 }, async () => {
        for (let seen = null; seen === null; ) seen = await other.read(id);
      });
      await Promise.all([queue.submit(submission({ id })), ...looks]);
    }
  });

  test('everything of one queue shares a cluster hash tag', async () => {
    await queue.submit(submission());
    const keys = await redis.keys(`${namespace}:*`);
    expect(keys.every((key) => key.startsWith(`${namespace}:{captions}:`))).toBe(true);
  });
});

describe('a processed caption', () => {
  test('succeeds with its result; the image is gone and the retention time runs', async () => {
    const sent = submission({ preprocessMs: 7.5, metadata: { shelf: '4' } });
    const { work } = await queue.submit(sent);
    const waiting = queue.wait(work.id, { timeoutMs: 120_000 });
    const seen = latch<Uint8Array>();
    await consume(async (given) => {
      seen.open(given.pixels);
      return made('a cat');
    });
    const outcome = await waiting;
    if (outcome.status !== 'finished') throw new Error(`expected it to finish, but it is ${outcome.status}`);
    expect(new Uint8Array(await seen.promise)).toEqual(sent.pixels);
    expect(captionResource.parse(outcome.work)).toMatchObject({
      state: 'succeeded',
      attempt: 1,
      revision: 'r2',
      prompt: 'a picture of',
      metadata: { shelf: '4' },
      cached: false,
      caption: { text: 'a cat', score: -0.5, tokens: [{ id: 7, logprob: -0.5 }] },
      error: null,
      timings: { encode_ms: 1.5, decode_ms: 2.5, batch_size: 2, device: 'cpu' },
    });
    const { created_at, started_at, finished_at, expires_at, timings } = outcome.work;
    expect(timings!.total_ms).toBe(Date.parse(finished_at!) - Date.parse(created_at));
    expect(timings!.queue_ms).toBe(Date.parse(started_at!) - Date.parse(created_at));
    expect(Date.parse(expires_at)).toBe(Date.parse(finished_at!) + 100_000);
    const record = `${namespace}:{captions}:record:${work.id}`;
    expect(await ownKeys('pixels')).toEqual([]);
    expect(await ownKeys('open')).toEqual([]);
    expect(await redis.ttl(record)).toBeLessThanOrEqual(100);
    expect(timings!.inference_ms).toBeGreaterThanOrEqual(0);
    expect(timings!.preprocess_ms).toBe(7.5);
  });
});

describe('wait', () => {
  test('an unknown id is not found', async () => {
    expect(await queue.wait(newCaptionId(), { timeoutMs: 1000 })).toEqual({ status: 'not_found' });
  });

  test('is pending when the time has passed', async () => {
    const { work } = await queue.submit(submission());
    expect(await queue.wait(work.id, { timeoutMs: 20 })).toEqual({ status: 'pending', work: work });
  });

  test('every waiter of a caption is woken by its end, and one whose caller is gone is not kept', async () => {
    const { work } = await queue.submit(submission());
    const leaving = new AbortController();
    const left = queue.wait(work.id, { timeoutMs: 120_000, signal: leaving.signal });
    const staying = [1, 2, 3].map(() => queue.wait(work.id, { timeoutMs: 120_000 }));
    leaving.abort(new Error('the caller hung up'));
    await expect(left).rejects.toThrow('the caller hung up');
    await consume(async () => made('a dog'));
    for (const outcome of await Promise.all(staying)) expect(outcome.status).toBe('finished');
  });

  test('notices an end whose message was lost', async () => {
    const polling = new WorkQueue({ redisUrl, namespace, ...patient, pollMs: 20 });
    await polling.start();
    const { work } = await polling.submit(submission());
    const waiting = polling.wait(work.id, { timeoutMs: 120_000 });
    await redis.hset(`${namespace}:{captions}:record:${work.id}`, 'state', 'canceled', 'finished_ms', Date.now());
    expect((await waiting).status).toBe('finished');
    await polling.stop();
  });

  test('is told when the server shuts down', async () => {
    const { work } = await queue.submit(submission());
    const waiting = queue.wait(work.id, { timeoutMs: 120_000 });
    const refused = expect(waiting).rejects.toMatchObject({ code: 'shutting_down' });
    await queue.stop();
    await refused;
  });
});
