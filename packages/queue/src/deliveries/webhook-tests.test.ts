import type { WebhookTest } from '@blipq/contracts';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, inject, onTestFinished, test } from 'vitest';
import { freshNamespace, latch, patient } from '../testing/fixtures.js';
import { type PingWork, WebhookTester } from './webhook-tester.js';
import { WebhookTests } from './webhook-tests.js';

const redisUrl = inject('redisUrl');
const draft = { tenant: 'ada', url: 'https://example.com/hook', secret: 'team-a' };
const never = new AbortController().signal;
let namespace: string;
let redis: Redis;

beforeEach(() => {
  namespace = freshNamespace();
  redis = new Redis(redisUrl);
});
afterEach(() => redis.disconnect());

async function asker(options = {}): Promise<WebhookTests> {
  const tests = new WebhookTests({
    ...{ redisUrl, namespace, ...patient, takenWithinMs: 60_000, sentWithinMs: 60_000 },
    ...options,
  });
  onTestFinished(() => tests.stop());
  await tests.start();
  return tests;
}

const outcome = ({ id, url }: PingWork): WebhookTest => ({
  ...{ id, object: 'webhook_test', url, delivered: true, at: '2026-01-01T00:00:00.000Z' },
  ...{ duration_ms: 1, status: 200, error: null, answer: 'ok' },
});

async function notifier(send: (work: PingWork, signal: AbortSignal) => Promise<WebhookTest>, options = {}) {
  const works: PingWork[] = [];
  const tester = new WebhookTester({
    ...{ redisUrl, namespace },
    send: async (work, signal) => {
      works.push(work);
      return await send(work, signal);
    },
    ...options,
  });
  onTestFinished(() => tester.stop());
  await tester.start();
  return { works, tester };
}

test('each test is sent by one of the notifiers, and whoever asked gets its outcome', async () => {
  const [one, other] = [await notifier(async (work) => outcome(work)), await notifier(async (work) => outcome(work))];
  const [here, there] = [await asker(), await asker()];
  const made = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? here : there).send(draft, never)));
  const works = [...one.works, ...other.works];
  expect(works.map(({ id }) => id).toSorted()).toEqual(made.map(({ id }) => id).toSorted());
  expect(works[0]).toMatchObject(draft);
  const { at, body } = works[0]!;
  expect(JSON.parse(String(body))).toEqual({ type: 'ping', timestamp: at.toISOString(), data: { object: 'ping' } });
});

test('what no notifier takes in time is refused, and is not sent by one that comes later', async () => {
  const tests = await asker({ takenWithinMs: 50 });
  await expect(tests.send(draft, never)).rejects.toMatchObject({ code: 'notifier_unavailable', retryAfterS: 5 });
  // Redis drops the list when its last test is over; a notifier may also meet it before that.
  await redis.rpush(`${namespace}:{captions}:tests`, JSON.stringify({ ...draft, id: 'msg_ping_late', expires_ms: 1 }));
  const { works } = await notifier(async (work) => outcome(work));
  const made = await (await asker()).send(draft, never);
  expect(works.map(({ id }) => id)).toEqual([made.id]);
});

test('a test is refused or sent, never both, however narrowly a notifier takes it', async () => {
  let refused = latch();
  const holding = async (work: PingWork) => refused.promise.then(() => outcome(work));
  const { works } = await notifier(holding, { concurrency: 1 });
  const tests = await asker({ takenWithinMs: 1 });
  const made: string[] = [];
  const send = async () => {
    try {
      made.push((await tests.send(draft, never)).id);
    } catch (error) {
      expect(error).toMatchObject({ code: 'notifier_unavailable' });
      refused.open();
    }
  };
  for (let round = 0; round < 50; round += 1) {
    refused = latch();
    await Promise.all(Array.from({ length: 16 }, send));
  }
  made.push((await (await asker()).send(draft, never)).id);
  expect(works.map(({ id }) => id).toSorted()).toEqual(made.toSorted());
});

test('no more wait for a notifier than a bound', async () => {
  await redis.rpush(`${namespace}:{captions}:tests`, ...Array(100).fill('{}'));
  await expect((await asker()).send(draft, never)).rejects.toMatchObject({ code: 'queue_full' });
});

test('a notifier that stops, fails or falls silent is reported, and so is a caller that leaves', async () => {
  const begun = latch();
  const held = await notifier((_work, signal) => {
    begun.open();
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  const tests = await asker({ sentWithinMs: 50 });
  await expect(tests.send(draft, never)).rejects.toMatchObject({ code: 'notifier_unavailable' });
  await begun.promise;
  const leaving = new AbortController();
  const left = expect((await asker()).send(draft, leaving.signal)).rejects.toThrow('the caller hung up');
  leaving.abort(new Error('the caller hung up'));
  await left;
  const stopped = expect((await asker()).send(draft, never)).rejects.toMatchObject({ code: 'notifier_unavailable' });
  await expect.poll(() => held.works.length).toBe(3);
  await held.tester.stop();
  await stopped;
  const errors: Error[] = [];
  const onError = (error: Error) => void errors.push(error);
  await notifier(() => Promise.reject(new Error('a defect')), { onError });
  await expect((await asker()).send(draft, never)).rejects.toMatchObject({ code: 'notifier_unavailable' });
  await expect.poll(() => errors.map(({ message }) => message)).toEqual(['a defect']);
});
