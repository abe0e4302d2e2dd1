import { Queue, WaitingError } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { freshNamespace, latch } from '../testing/fixtures.js';
import { SerialWorker } from './serial-worker.js';

test('a job that a worker gives back and has again before it is done with that is told of a cancel, and its lock renewed', async () => {
  const prefix = freshNamespace();
  const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
  const queue = new Queue<object, void, 'job'>('jobs', { connection: redis, prefix });
  const lock = () => redis.exists(`${prefix}:jobs:it:lock`);
  const renewed = latch();
  let renewals = 0;
  const canceled = latch<string>();
  const worker = new SerialWorker<object, 'job'>(
    'jobs',
    async (job, token, signal) => {
      if (job.attemptsStarted === 1) {
        await job.moveToWait(token);
        // The worker takes it again while this attempt is not over.
        await vi.waitFor(async () => expect(await lock()).toBe(1));
        throw new WaitingError();
      }
      renewals = 0;
      await renewed.promise;
      worker.cancelJob('it', 'no longer wanted');
      canceled.open(signal!.reason);
    },
    { connection: redis, prefix, concurrency: 2, lockDuration: 60_000, lockRenewTime: 100 },
  );
  onTestFinished(async () => {
    await worker.close();
    await queue.close();
    redis.disconnect();
  });
  // The first of them may be of the time until the first attempt was over.
  worker.on('locksRenewed', () => {
    renewals += 1;
    if (renewals === 5) renewed.open();
  });
  await queue.add('job', {}, { jobId: 'it' });
  expect(await canceled.promise).toBe('no longer wanted');
});
