import { once } from 'node:events';
import { BlipqError, type CaptionId } from '@blipq/contracts';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { held, latch, made, submission } from '../testing/fixtures.js';
import { TestQueue } from '../testing/test-queue.js';

const redisUrl = inject('redisUrl');
let live: TestQueue;
beforeEach(async () => {
  live = await new TestQueue(redisUrl, { retentionS: 100, imageTtlS: 50 }).start();
});
afterEach(() => live.stop());

const submitted = async (changes = {}): Promise<CaptionId> => (await live.queue.submit(submission(changes))).work.id;

describe('cancel', () => {
  test('ends a queued caption at once and takes its job along; canceling again changes nothing', async () => {
    const id = await submitted();
    const first = await live.queue.cancel(id);
    expect(first).toMatchObject({ status: 'canceled', work: { state: 'canceled', attempt: 0 } });
    expect(await live.queue.cancel(id)).toEqual(first);
    expect(await live.waitingJobs()).toBe(0);
    expect(await live.redis.exists(`${live.keys.root}:jobs:captions.demo:${id}`)).toBe(0);
    expect(await live.queue.load()).toMatchObject({ open: 0 });
    // BullMQ still hands out work after one of its jobs has vanished.
    await live.consume(async () => made('the next'));
    expect((await live.ended(await submitted())).state).toBe('succeeded');
  });

  test('ends a caption that waits for another attempt', async () => {
    const failed = latch();
    await live.consume(
      async () => {
        throw new BlipqError('out_of_memory', 'too much at once');
      },
      { onAttempt: () => failed.open() },
    );
    const id = await submitted();
    await failed.promise;
    expect((await live.queue.cancel(id)).status).toBe('canceled');
    expect(await live.ended(id)).toMatchObject({ state: 'canceled', attempt: 1 });
  });

  test('aborts a running caption, which then ends as canceled and costs no other attempt', async () => {
    const [begun, aborted] = [latch(), latch<unknown>()];
    const written: string[] = [];
    const worker = await live.consume(
      async (_work, signal) => {
        begun.open();
        await once(signal, 'abort');
        aborted.open(signal.reason);
        throw signal.reason;
      },
      { onAttempt: (_id, outcome, what) => written.push(`${outcome.state} ${what}`) },
    );
    const id = await submitted();
    await begun.promise;
    expect(await live.queue.cancel(id)).toMatchObject({
      status: 'canceling',
      work: { state: 'processing', cancel_requested: true, version: expect.any(Number) },
    });
    expect(await aborted.promise).toMatch(/canceled/);
    expect(await live.ended(id)).toMatchObject({ state: 'canceled', attempt: 1, caption: null, error: null });
    await worker.stop();
    expect(written).toEqual(['canceled written']);
  });

  test('whose message is lost still decides: the result is thrown away', async () => {
    const { handler, begun, finish } = held();
    const written: string[] = [];
    const worker = await live.consume(handler, {
      onAttempt: (_id, outcome, what) => written.push(`${outcome.state} ${what}`),
    });
    const id = await submitted();
    await begun;
    // The flag alone, as if the worker's subscription had been away.
    await live.redis.hset(live.keys.record(id), 'cancel', 1);
    finish();
    expect(await live.ended(id)).toMatchObject({ state: 'canceled', caption: null });
    await worker.stop();
    expect(written).toEqual(['succeeded canceled']);
  });

  test('of a caption whose worker has died ends it at once', async () => {
    const { handler, begun, finish } = held();
    await live.consume(handler);
    const id = await submitted();
    await begun;
    await live.redis.del(`${live.keys.root}:jobs:captions.demo:${id}:lock`);
    expect((await live.queue.cancel(id)).status).toBe('canceled');
    finish();
  });

  test.each(['succeeded', 'failed', 'expired'])('of a caption that has %s is refused', async (state) => {
    const id = await submitted({ timeoutS: 30 });
    if (state === 'expired') await live.passed(id, 'deadline_ms');
    await live.consume(async () => {
      if (state === 'failed') throw new BlipqError('inference_error', 'no');
      return made('x');
    });
    const ended = await live.ended(id);
    expect(ended.state).toBe(state);
    await expect(live.queue.cancel(id)).rejects.toMatchObject({ code: 'already_terminal', status: 409 });
    expect(await live.queue.read(id)).toEqual(ended);
  });

  test('racing completion ends in exactly one terminal state, the one that was answered', async () => {
    await live.consume(async () => made('x'), { concurrency: 8 });
    const ends = new Map<string, string[]>();
    const subscriber = live.redis.duplicate();
    subscriber.on('message', (_channel: string, message: string) => {
      const [id, state] = message.split(' ') as [string, string];
      if (state !== 'queued' && state !== 'processing') ends.set(id, [...(ends.get(id) ?? []), state]);
    });
    await subscriber.subscribe(live.keys.states);
    const ids = await Promise.all(Array.from({ length: 300 }, () => submitted()));
    const answers = await Promise.all(
      ids.map((id) =>
        live.queue.cancel(id).then(
          ({ status }) => status,
          (error: BlipqError) => error.code,
        ),
      ),
    );
    const states = await Promise.all(ids.map(async (id) => (await live.ended(id)).state));
    for (const [n, answer] of answers.entries()) {
      expect({ answer, state: states[n] }).toEqual({
        answer,
        state: answer === 'already_terminal' ? 'succeeded' : 'canceled',
      });
    }
    await subscriber.unsubscribe();
    subscriber.disconnect();
    expect([...ends.values()].filter((each) => each.length !== 1)).toEqual([]);
    expect(ends.size).toBe(300);
    expect(await live.queue.load()).toMatchObject({ open: 0 });
  });
});
