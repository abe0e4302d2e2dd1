import { once } from 'node:events';
import { RedisRelay } from '@blipq/test-servers';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { latch, made, submission } from '../testing/fixtures.js';
import { TestQueue } from '../testing/test-queue.js';
import type { WorkConsumer } from './work-consumer.js';
import type { CaptionHandler, CaptionWork } from './work-handler.js';

let queue: TestQueue;
let relay: RedisRelay;

beforeEach(async () => {
  relay = await RedisRelay.start(inject('redisUrl'));
  queue = await new TestQueue(inject('redisUrl')).start();
});

afterEach(async () => {
  // What waits for an answer that does not come would hold up the stop.
  relay.reset();
  await queue.stop();
  await relay.stop();
});

/** Of those that are cut off, and of those that are not. */
const quick = { lockDurationMs: 1000, stalledIntervalMs: 200 };
const steady = { stalledIntervalMs: 200 };

/** A worker behind the relay, its first work, and what it wrote. */
async function cutOff(handler: CaptionHandler = untilAborted) {
  const begun = latch<{ work: CaptionWork; signal: AbortSignal }>();
  const wrote: string[] = [];
  const attempted = latch();
  const worker = await queue.consume(
    (work, signal) => {
      begun.open({ work, signal });
      return handler(work, signal);
    },
    {
      ...quick,
      redisUrl: relay.url,
      onAttempt: (id, _outcome, written) => {
        wrote.push(`${id} ${written}`);
        attempted.open();
      },
    },
  );
  return { worker, begun: begun.promise, wrote, attempted: attempted.promise };
}

const untilAborted: CaptionHandler = async (_work, signal) => {
  await once(signal, 'abort');
  throw signal.reason;
};

const connected = async (text: string): Promise<WorkConsumer> => await queue.consume(async () => made(text), steady);

describe.each(['join', 'reset'] as const)('a worker that is cut off from Redis (its connections %s)', (again) => {
  test('gives up what it has in hand, another does it once, and it goes on by itself', async () => {
    const { begun, wrote, attempted } = await cutOff(async (work, signal) =>
      work.prompt === 'held' ? await untilAborted(work, signal) : made('by the one that was cut off'),
    );
    const { work } = await queue.queue.submit(submission({ prompt: 'held' }));
    const { signal } = await begun;
    relay.part();
    await once(signal, 'abort');
    const survivor = await connected('by the survivor');
    expect(await queue.ended(work.id)).toMatchObject({
      state: 'succeeded',
      attempt: 2,
      caption: { text: 'by the survivor' },
    });
    await survivor.stop();
    relay[again]();
    const { work: next } = await queue.queue.submit(submission());
    expect((await queue.ended(next.id)).caption?.text).toBe('by the one that was cut off');
    await attempted;
    expect(wrote).toEqual([`${next.id} written`]);
  });
});

test('a result that a worker could not send before it was cut off is refused when it arrives', async () => {
  const finish = latch();
  const { begun, wrote, attempted } = await cutOff(async () => {
    await finish.promise;
    return made('too late');
  });
  const { work } = await queue.queue.submit(submission());
  await begun;
  relay.part();
  finish.open();
  await connected('by the survivor');
  const ended = await queue.ended(work.id);
  relay.join();
  await attempted;
  expect(wrote).toEqual([`${work.id} terminal`]);
  expect(await queue.queue.read(work.id)).toEqual(ended);
  expect(ended).toMatchObject({ attempt: 2, caption: { text: 'by the survivor' } });
});

describe('a worker that was cut off and lives', () => {
  const jobOf = (id: string) => `${queue.keys.root}:jobs:captions.demo:${id}`;

  test('gives the job back without spending an attempt, as often as it happens, if nobody else has it', async () => {
    let begun = latch<AbortSignal>();
    let cuts = 0;
    const worker = await queue.consume(
      async (work, signal) => {
        begun.open(signal);
        return cuts === 3 ? made('at last') : await untilAborted(work, signal);
      },
      { ...quick, redisUrl: relay.url },
    );
    const { work } = await queue.queue.submit(submission());
    for (const _ of [1, 2, 3]) {
      const signal = await begun.promise;
      begun = latch();
      relay.part();
      await once(signal, 'abort');
      await vi.waitFor(async () => expect(await queue.redis.exists(`${jobOf(work.id)}:lock`)).toBe(0));
      cuts += 1;
      relay.reset();
    }
    // On a busy machine it may have been cut off once more than that.
    const { state, attempt } = await queue.ended(work.id);
    expect(state).toBe('succeeded');
    expect(attempt).toBeGreaterThanOrEqual(4);
    await worker.stop();
  });

  test('gives the job back while it still has the lock', async () => {
    const { begun, worker } = await cutOff();
    const { work } = await queue.queue.submit(submission());
    const { signal } = await begun;
    const aborted = once(signal, 'abort');
    relay.part();
    const token = (await queue.redis.hget(queue.keys.record(work.id), 'token'))!;
    await queue.redis.set(`${jobOf(work.id)}:lock`, token, 'PX', 600_000);
    await aborted;
    relay.join();
    await worker.stop();
    expect((await queue.queue.read(work.id))?.state).toBe('queued');
    expect(await queue.redis.hget(jobOf(work.id), 'atm')).toBeNull();
    await connected('by the survivor');
    expect(await queue.ended(work.id)).toMatchObject({ state: 'succeeded' });
  });

  test('stores what it made, if nobody else has it', async () => {
    const finish = latch();
    const { begun, attempted, wrote } = await cutOff(async () => {
      await finish.promise;
      return made('late, and first');
    });
    const { work } = await queue.queue.submit(submission());
    await begun;
    relay.part();
    finish.open();
    await vi.waitFor(async () => expect(await queue.redis.exists(`${jobOf(work.id)}:lock`)).toBe(0));
    relay.join();
    await attempted;
    expect(wrote).toEqual([`${work.id} written`]);
    expect(await queue.ended(work.id)).toMatchObject({ attempt: 1, caption: { text: 'late, and first' } });
    await vi.waitFor(async () => expect(await queue.redis.exists(jobOf(work.id))).toBe(0));
  });

  test('is no stall that counts, when another has the job by then', async () => {
    const { begun } = await cutOff();
    const { work } = await queue.queue.submit(submission());
    const { signal } = await begun;
    relay.part();
    await once(signal, 'abort');
    const [taken, finish] = [latch(), latch()];
    await queue.consume(async () => {
      taken.open();
      await finish.promise;
      return made('by the survivor');
    }, steady);
    await taken.promise;
    expect(await queue.redis.hget(jobOf(work.id), 'stc')).toBe('1');
    relay.join();
    await vi.waitFor(async () => expect(await queue.redis.hget(jobOf(work.id), 'stc')).toBe('0'));
    finish.open();
    expect(await queue.ended(work.id)).toMatchObject({ attempt: 2, caption: { text: 'by the survivor' } });
  });
});
