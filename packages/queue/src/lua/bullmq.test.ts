import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Job, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { freshNamespace, latch } from '../testing/fixtures.js';
import { bullmq, stalledTooOften } from './bullmq.js';
import { script } from './script.js';

/**
 * What BullMQ keeps to itself is found where bullmq.lua and bullmq.ts say, after BullMQ's own commands have put it
 * there. Whoever raises the version of BullMQ and sees one of these fail changes those two.
 */
const redisUrl = inject('redisUrl');
const redis = bullmq.connection(new Redis(redisUrl, { maxRetriesPerRequest: null }));
const folder = mkdtempSync(join(tmpdir(), 'blipq-bullmq-'));
let queue: Queue;
let prefix: string;
const workers: Worker[] = [];

beforeEach(() => {
  prefix = freshNamespace();
  queue = new Queue('jobs', { connection: redis, prefix });
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close(true)));
  await queue.close();
});

afterAll(() => {
  redis.disconnect();
  rmSync(folder, { recursive: true });
});

/** Runs Lua that has bullmq.lua as `bullmq` and the queue as `queue`. */
async function ask(code: string): Promise<unknown> {
  const file = join(folder, `${freshNamespace()}.lua`);
  writeFileSync(file, `local bullmq = require 'bullmq'\nlocal queue = ARGV[1] .. ':jobs'\n${code}\n`);
  return await script(pathToFileURL(file))({ redis, root: prefix }, {});
}

const count = () =>
  ask(`local c = bullmq.count(queue, ${Date.now() + 60_000})
    return { c.waiting, c.active, c.delayed, c.due, c.is_paused and 1 or 0 }`);

/** A worker that holds the jobs that it takes until `go` is opened. */
function hold(): { taken: Promise<Job>; go: () => void; worker: Worker } {
  const taken = latch<Job>();
  const going = latch();
  const worker = new Worker(
    'jobs',
    async (job) => {
      taken.open(job);
      await going.promise;
    },
    { connection: redis, prefix, lockDuration: 60_000 },
  );
  workers.push(worker);
  return { taken: taken.promise, go: () => going.open(), worker };
}

test('the version is pinned to the digit, and it is the one that is installed', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const installed = createRequire(import.meta.url)('bullmq/package.json').version;
  expect(manifest.dependencies.bullmq).toBe(installed);
});

test('jobs with a priority, without one, delayed and paused are counted', async () => {
  expect(await count()).toEqual([0, 0, 0, 0, 0]);
  await queue.add('job', {}, { jobId: 'a', priority: 1 });
  await queue.add('job', {}, { jobId: 'b' });
  await queue.add('job', {}, { jobId: 'c', delay: 30_000 });
  await queue.add('job', {}, { jobId: 'd', delay: 90_000 });
  expect(await count()).toEqual([2, 0, 2, 1, 0]);
  await queue.pause();
  expect(await count()).toEqual([2, 0, 2, 1, 1]);
});

test('a job that was added at a turn is taken in the order of turns, and only the first time', async () => {
  const add = (id: string, turn: string) =>
    bullmq.addAtTurn(queue, { name: 'job', data: {}, id, options: { priority: 1 }, turn });
  await add('late', String(2 ** 33 + 20));
  await add('early', String(2 ** 33 + 10));
  await queue.add('job', {}, { jobId: 'back', priority: 1 });
  expect((await queue.getPrioritized()).map(({ id }) => id)).toEqual(['back', 'early', 'late']);
  await queue.remove('late');
  await add('late', String(2 ** 33));
  expect((await queue.getPrioritized()).map(({ id }) => id)).toEqual(['back', 'late', 'early']);
});

test('commands of BullMQ whose scripts Redis has lost are sent anew', async () => {
  const add = (id: string) =>
    bullmq.addAtTurn(queue, { name: 'job', data: {}, id, options: { priority: 1 }, turn: String(2 ** 33) });
  await add('a');
  await redis.script('FLUSH');
  await add('b');
  const { taken, go, worker } = hold();
  expect((await taken).id).toBe('a');
  await redis.script('FLUSH');
  go();
  await vi.waitFor(async () =>
    expect(await queue.getJobCounts('prioritized', 'completed')).toMatchObject({ completed: 2 }),
  );
  expect(worker.isRunning()).toBe(true);
});

test('a waiting and a delayed job are removed with all that is kept of them', async () => {
  await queue.add('job', {}, { jobId: 'a', priority: 1 });
  await queue.add('job', {}, { jobId: 'b', delay: 90_000 });
  await ask(`bullmq.remove(queue, 'a')\nbullmq.remove(queue, 'b')`);
  expect(await queue.getJobCounts('prioritized', 'delayed')).toEqual({ prioritized: 0, delayed: 0 });
  expect(await redis.keys(`${prefix}:jobs:[ab]*`)).toEqual([]);
});

test('a delayed job that is made due is taken at once', async () => {
  const { taken, go } = hold();
  await queue.add('job', {}, { jobId: 'a', delay: 600_000 });
  await ask(`bullmq.make_due(queue, 'a')`);
  // As any other command that has workers look again.
  await queue.add('job', {}, { jobId: 'b', delay: 1 });
  expect((await taken).id).toBe('a');
  go();
});

test('a job in hand is active and locked with its token, exists, and is not removed', async () => {
  const { taken, go } = hold();
  await queue.add('job', {}, { jobId: 'a', priority: 1 });
  const job = await taken;
  expect(await ask(`return bullmq.lock(queue, 'a')`)).toBe(job.token);
  expect(
    await ask(`return { bullmq.is_locked(queue, 'a') and 1 or 0, bullmq.is_active(queue, 'a') and 1 or 0 }`),
  ).toEqual([1, 1]);
  expect(await count()).toEqual([0, 1, 0, 0, 0]);
  await ask(`bullmq.remove(queue, 'a')`);
  expect(await ask(`return bullmq.exists(queue, 'a') and 1 or 0`)).toBe(1);
  go();
  await vi.waitFor(async () => expect(await job.getState()).toBe('completed'));
  expect(
    await ask(`return { bullmq.is_locked(queue, 'a') and 1 or 0, bullmq.is_active(queue, 'a') and 1 or 0 }`),
  ).toEqual([0, 0]);
});

test('a job that was locked anew is completed with that token', async () => {
  await queue.add('job', {}, { jobId: 'a', priority: 1 });
  const worker = new Worker('jobs', null, { connection: redis, prefix });
  workers.push(worker);
  const job = await worker.getNextJob('first');
  await redis.del(`${prefix}:jobs:a:lock`);
  expect(await ask(`return bullmq.lock(queue, 'a')`)).toBeNull();
  await expect(job!.moveToCompleted(undefined, 'first', false)).rejects.toThrow(/lock/i);
  await ask(`bullmq.lock_again(queue, 'a', 'second', 60000)`);
  await job!.moveToCompleted(undefined, 'second', false);
  expect(await job!.getState()).toBe('completed');
});

test('a stall that is forgiven is not counted, and neither is the job failed for it', async () => {
  await queue.add('job', {}, { jobId: 'a', priority: 1 });
  const worker = new Worker('jobs', null, { connection: redis, prefix, maxStalledCount: 1, stalledInterval: 100 });
  workers.push(worker);
  const stall = async () => {
    const job = await worker.getNextJob('token');
    await redis.del(`${prefix}:jobs:a:lock`);
    await worker.startStalledCheckTimer();
    await vi.waitFor(async () => expect(await job!.getState()).not.toBe('active'));
    return await queue.getJob('a');
  };
  expect((await stall())?.stalledCounter).toBe(1);
  const stalledTwice = await stall();
  expect(stalledTwice).toMatchObject({ stalledCounter: 2, deferredFailure: stalledTooOften });
  await ask(`bullmq.forgive_stall(queue, 'a')`);
  const forgiven = await queue.getJob('a');
  expect(forgiven?.stalledCounter).toBe(1);
  expect(forgiven?.deferredFailure).toBeUndefined();
});

test('of stalls, no more are counted than hold', async () => {
  await queue.add('job', {}, { jobId: 'a' });
  await redis.hset(`${prefix}:jobs:a`, 'stc', 2, 'defa', 'stalled');
  await ask(`bullmq.cap_stalls(queue, 'a', 2)`);
  expect(await queue.getJob('a')).toMatchObject({ stalledCounter: 2, deferredFailure: 'stalled' });
  await ask(`bullmq.cap_stalls(queue, 'a', 1)`);
  const capped = await queue.getJob('a');
  expect(capped?.stalledCounter).toBe(1);
  expect(capped?.deferredFailure).toBeUndefined();
});
