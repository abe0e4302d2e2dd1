import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BlipqError, type CaptionResource } from '@blipq/contracts';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { WorkQueue } from '../callers/work-queue.js';
import { freshNamespace, latch, made, patient, serves, submission } from '../testing/fixtures.js';
import { WorkConsumer, type WorkConsumerOptions } from './work-consumer.js';
import type { CaptionHandler } from './work-handler.js';

const redisUrl = inject('redisUrl');
let namespace: string;
let queue: WorkQueue;
const workers: WorkConsumer[] = [];
const processes: HeldWorker[] = [];

beforeEach(async () => {
  namespace = freshNamespace();
  queue = new WorkQueue({ redisUrl, namespace, ...patient });
  await queue.start();
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((each) => each.end()));
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await queue.stop();
});

async function consume(handler: CaptionHandler, options: Partial<WorkConsumerOptions> = {}): Promise<WorkConsumer> {
  const quick = { concurrency: 4, stalledIntervalMs: 200 };
  const worker = new WorkConsumer({ serves, redisUrl, namespace, ...quick, handler, ...options });
  workers.push(worker);
  await worker.start();
  return worker;
}

async function ended(id: string): Promise<CaptionResource> {
  const outcome = await queue.wait(id, { timeoutMs: 120_000 });
  if (outcome.status !== 'finished') throw new Error(`expected it to finish, but it is ${outcome.status}`);
  return outcome.work;
}

/** See testing/held-worker.ts. */
class HeldWorker {
  readonly process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    const program = fileURLToPath(new URL('../../dist/testing/held-worker.js', import.meta.url));
    this.process = spawn(process.execPath, [program, redisUrl, namespace]);
    this.#lines = createInterface(this.process.stdout)[Symbol.asyncIterator]();
    processes.push(this);
  }

  async says(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the worker process ended');
    return value;
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
  }
}

test('work whose beginning Redis lost, but not the lock of its job, ends as work that has begun', async () => {
  const { work } = await queue.submit(submission());
  const redis = new Redis(redisUrl);
  await consume(async ({ id }) => {
    const record = `${namespace}:{captions}:record:${id}`;
    await redis.hdel(record, 'token', 'started_ms');
    await redis.hset(record, { state: 'queued', attempt: 0 });
    return made('all the same');
  });
  const { state, attempt, started_at, timings } = await ended(work.id);
  redis.disconnect();
  expect({ state, attempt }).toEqual({ state: 'succeeded', attempt: 1 });
  expect(started_at).not.toBeNull();
  expect(timings!.queue_ms).toBeGreaterThanOrEqual(0);
});

describe('errors of the handler', () => {
  test('one that is not retryable fails the caption at once', async () => {
    const { work } = await queue.submit(submission());
    await consume(async () => {
      throw new BlipqError('inference_error', 'nothing but zeros');
    });
    const { state, attempt, error } = await ended(work.id);
    expect({ state, attempt }).toEqual({ state: 'failed', attempt: 1 });
    expect(error).toEqual({ code: 'inference_error', detail: 'nothing but zeros', retryable: false });
  });

  test('one that is retryable is retried', async () => {
    const { work } = await queue.submit(submission());
    await consume(async ({ attempt }) => {
      if (attempt === 1) throw new BlipqError('out_of_memory', 'too much at once');
      return made('at last');
    });
    expect(await ended(work.id)).toMatchObject({ state: 'succeeded', attempt: 2, error: null });
  });

  test('an unexpected one is reported, retried twice and ends the caption without its message', async () => {
    const { work } = await queue.submit(submission());
    const reported: string[] = [];
    await consume(
      async () => {
        throw new Error('secret stack');
      },
      { onError: (error) => reported.push(error.message) },
    );
    const { state, attempt, error } = await ended(work.id);
    expect({ state, attempt, code: error?.code }).toEqual({ state: 'failed', attempt: 3, code: 'internal_error' });
    expect(error?.detail).not.toContain('secret');
    expect(reported.filter((message) => message === 'secret stack')).toHaveLength(3);
  });

  test('a caption whose image has expired says so', async () => {
    const { work } = await queue.submit(submission());
    const redis = new Redis(redisUrl);
    await redis.unlink(await redis.keys(`${namespace}:{captions}:pixels:*`));
    redis.disconnect();
    await consume(async () => made('unreachable'));
    expect((await ended(work.id)).error?.code).toBe('input_expired');
  });
});

describe('worker processes that die', () => {
  test('kill -9 in the middle of a caption: another worker finishes it', async () => {
    const held = new HeldWorker();
    const { work } = await queue.submit(submission());
    expect(await held.says()).toBe(`begun ${work.id} 1`);
    await held.end();
    await consume(async () => made('by the survivor'));
    expect(await ended(work.id)).toMatchObject({
      state: 'succeeded',
      attempt: 2,
      caption: { text: 'by the survivor' },
    });
  });

  test('its captions are in other hands as soon when the clock of Redis went back', async () => {
    const held = new HeldWorker();
    const { work } = await queue.submit(submission());
    expect(await held.says()).toBe(`begun ${work.id} 1`);
    await held.end();
    // What had a second to live has an hour more.
    const jobs = `${namespace}:{captions}:jobs:captions.demo`;
    const redis = new Redis(redisUrl);
    await redis.set(`${jobs}:${work.id}:lock`, 'of the dead', 'PX', 3_600_000);
    await redis.set(`${jobs}:stalled-check`, '1', 'PX', 3_600_000);
    redis.disconnect();
    await consume(async () => made('by the survivor'));
    expect(await ended(work.id)).toMatchObject({ state: 'succeeded', attempt: 2 });
  });

  test('what a dead worker had in hand goes before what waits', async () => {
    const held = new HeldWorker();
    const { work: lost } = await queue.submit(submission());
    await held.says();
    const waiting: string[] = [];
    for (const _ of [1, 2, 3]) waiting.push((await queue.submit(submission())).work.id);
    await held.end();
    const redis = new Redis(redisUrl);
    const order: string[] = [];
    await consume(
      async ({ id, attempt }) => {
        // Busy until the lost one is back in the queue.
        if (order.length === 0) {
          const wait = `${namespace}:{captions}:jobs:captions.demo:wait`;
          await vi.waitFor(async () => expect(await redis.llen(wait)).toBe(1));
        }
        order.push(`${id} ${attempt}`);
        return made('by the survivor');
      },
      { concurrency: 1 },
    );
    for (const id of [lost.id, ...waiting]) expect((await ended(id)).state).toBe('succeeded');
    redis.disconnect();
    const [first, ...others] = waiting.map((id) => `${id} 1`);
    expect(order).toEqual([first, `${lost.id} 2`, ...others]);
  });

  test('how many captions a worker has in hand is asked again after each attempt', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await queue.submit(submission())).work.id);
    const begun: number[] = [];
    let [allowed, inHand] = [1, 0];
    await consume(
      async ({ id }) => {
        inHand += 1;
        begun.push(inHand);
        if (begun.length === 2) allowed = 3;
        // The last three begin although none of them has ended.
        if (begun.length > 2) await vi.waitFor(() => expect(begun).toHaveLength(5));
        inHand -= 1;
        return made(id);
      },
      { concurrency: () => allowed },
    );
    for (const id of ids) expect((await ended(id)).state).toBe('succeeded');
    expect(begun).toEqual([1, 1, 1, 2, 3]);
  });

  test('a frozen worker that wakes up when another has its caption cannot write its result', async () => {
    const held = new HeldWorker();
    const { work } = await queue.submit(submission());
    await held.says();
    held.process.kill('SIGSTOP');
    const [begun, finish] = [latch(), latch()];
    await consume(async () => {
      begun.open();
      await finish.promise;
      return made('by the second');
    });
    await begun.promise;
    held.process.kill('SIGCONT');
    held.process.stdin.write('finish\n');
    expect([`attempt ${work.id} stale`, `dropped ${work.id}`]).toContain(await held.says());
    expect((await queue.read(work.id))?.state).toBe('processing');
    finish.open();
    expect((await ended(work.id)).caption?.text).toBe('by the second');
  });

  test('a result that comes after the end changes nothing', async () => {
    const held = new HeldWorker();
    const { work } = await queue.submit(submission());
    await held.says();
    held.process.kill('SIGSTOP');
    await consume(async () => made('by the second'));
    const first = await ended(work.id);
    held.process.kill('SIGCONT');
    held.process.stdin.write('finish\n');
    expect([`attempt ${work.id} terminal`, `dropped ${work.id}`]).toContain(await held.says());
    expect(await queue.read(work.id)).toEqual(first);
  });

  test('a caption that kills two workers is given up as worker_lost', async () => {
    const { work } = await queue.submit(submission());
    for (const attempt of [1, 2]) {
      const held = new HeldWorker();
      expect(await held.says()).toBe(`begun ${work.id} ${attempt}`);
      await held.end();
    }
    await consume(async () => made('unreachable'));
    expect(await ended(work.id)).toMatchObject({ state: 'failed', attempt: 2, error: { code: 'worker_lost' } });
  });
});

describe('stop', () => {
  test('lets captions in hand finish', async () => {
    const [begun, finish] = [latch(), latch()];
    const worker = await consume(async () => {
      begun.open();
      await finish.promise;
      return made('just in time');
    });
    const { work } = await queue.submit(submission());
    await begun.promise;
    const stopped = worker.stop();
    finish.open();
    await stopped;
    expect((await queue.read(work.id))?.state).toBe('succeeded');
  });

  test('gives back what does not finish in time, without spending an attempt of three', async () => {
    const { work } = await queue.submit(submission());
    for (const attempt of [1, 2, 3, 4]) {
      const begun = latch<number>();
      const worker = await consume(
        async (given, signal) => {
          begun.open(given.attempt);
          await once(signal, 'abort');
          throw signal.reason;
        },
        { drainMs: 0 },
      );
      expect(await begun.promise).toBe(attempt);
      await worker.stop();
      expect((await queue.read(work.id))?.state).toBe('queued');
    }
    await consume(async () => made('by the fifth'));
    expect((await ended(work.id)).state).toBe('succeeded');
  });
});
