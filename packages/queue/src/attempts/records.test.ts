import { BlipqError, failedWith } from '@blipq/contracts';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { WorkQueue } from '../callers/work-queue.js';
import type { HashFields } from '../redis/hash-fields.js';
import { queueKeys } from '../redis/keys.js';
import { freshNamespace, made, patient, submission } from '../testing/fixtures.js';
import { Records } from './records.js';

const redisUrl = inject('redisUrl');
const { caption, inference } = made('a cat');
const success = { state: 'succeeded', caption, inference: { inference_ms: 5, ...inference } } as const;
const failure = failedWith(new BlipqError('inference_error', 'It threw.'));

let redis: Redis;
let queue: WorkQueue;
let records: Records;
let id: string;
/** The key of its record. */
let record: string;
/** Hands the job's lock to a token, as BullMQ does, or to nobody. */
let lockedBy: (token: string | null) => Promise<unknown>;

beforeEach(async () => {
  const namespace = freshNamespace();
  const keys = queueKeys({ namespace });
  redis = new Redis(redisUrl);
  queue = new WorkQueue({ redisUrl, namespace, ...patient });
  await queue.start();
  records = new Records(redis, keys);
  id = (await queue.submit(submission())).work.id;
  record = keys.record(id);
  const lock = `${keys.root}:jobs:captions.demo:${id}:lock`;
  lockedBy = (token) => (token === null ? redis.del(lock) : redis.set(lock, token));
});

afterEach(async () => {
  await queue.stop();
  redis.disconnect();
});

async function begin(token: string): Promise<HashFields> {
  const record = await records.begin(id, token, 'captions.demo');
  if (typeof record === 'string') throw new Error(record);
  return record;
}

test('only the holder of the lock begins, and beginning again with one token counts one attempt', async () => {
  await lockedBy('first');
  expect(await records.begin(id, 'second', 'captions.demo')).toBe('stale');
  expect((await begin('first')).attempt).toBe('1');
  expect((await begin('first')).attempt).toBe('1');
  await lockedBy('second');
  expect((await begin('second')).attempt).toBe('2');
});

test('work whose image is to be fetched again, since Redis lost that it was, is not begun', async () => {
  await lockedBy('first');
  await redis.hdel(record, 'turn');
  expect(await records.begin(id, 'first', 'captions.demo')).toBe('passed_on');
});

test('of two workers that both finish, only the one that holds the lock is heard, and once', async () => {
  await lockedBy('first');
  await begin('first');
  await lockedBy('second');
  await begin('second');
  const before = await queue.read(id);
  expect(await records.finish(id, 'first', failure)).toBe('stale');
  expect(await records.requeue(id, 'first')).toBe('stale');
  expect(await queue.read(id)).toEqual(before);
  expect(await records.finish(id, 'second', success, { revision: 'r2', precision: 'int8' })).toBe('written');
  const end = await queue.read(id);
  expect(end).toMatchObject({
    state: 'succeeded',
    caption: { text: 'a cat' },
    error: null,
    revision: 'r2',
    precision: 'int8',
  });
  for (const token of ['first', 'second', null]) {
    expect(await records.finish(id, token, failure)).toBe('terminal');
    expect(await records.requeue(id, token)).toBe('terminal');
  }
  expect(await records.begin(id, 'second', 'captions.demo')).toBe('terminal');
  expect(await queue.read(id)).toEqual(end);
});

test('the reconciler writes only while nobody holds the lock', async () => {
  await lockedBy('first');
  await begin('first');
  expect(await records.finish(id, null, failure)).toBe('stale');
  expect(await records.requeue(id, null)).toBe('stale');
  await lockedBy(null);
  expect(await records.requeue(id, null)).toBe('written');
  expect((await queue.read(id))?.state).toBe('queued');
  expect(await records.finish(id, null, failure)).toBe('written');
});

test('nothing is written for a record that is gone', async () => {
  await redis.del(await redis.keys(`*:{captions}:*:${id}`));
  await lockedBy('first');
  expect(await records.begin(id, 'first', 'captions.demo')).toBe('gone');
  expect(await records.finish(id, 'first', success)).toBe('gone');
  expect(await records.requeue(id, 'first')).toBe('gone');
  expect(await queue.read(id)).toBeNull();
});
