import type { WebhookTarget } from '@blipq/contracts';
import { newBatchId } from '@blipq/contracts';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import type { CaptionSubmission } from '../callers/submission.js';
import { latch, made, submission } from '../testing/fixtures.js';
import { TestQueue } from '../testing/test-queue.js';
import { Records } from './records.js';
import type { WorkConsumer } from './work-consumer.js';
import type { Work, WorkHandler, WorkResult } from './work-handler.js';

const match = { model: 'itm', revision: 'm1', precision: 'fp32' };
const webhook: WebhookTarget = { url: 'https://example.com/', events: ['caption.succeeded'], secret: 'default' };
const success = {
  state: 'succeeded',
  ...made('a cat'),
  inference: { ...made('').inference, inference_ms: 1 },
} as const;
const matched = { probability: 0.75, similarity: 0.5, ...match };

let live: TestQueue;
beforeEach(async () => {
  live = await new TestQueue(inject('redisUrl'), { reuseS: 60 }).start();
});
afterEach(() => live.stop());

/** Captions that are to be matched, each of an image of its own. */
let images = 0;
const toMatch = (changes: Partial<CaptionSubmission> = {}) =>
  submission({ match, pixels: new Uint8Array(48).fill(images++), ...changes });

const fits = (texts: string[], by: Partial<typeof match> = {}): WorkResult<'image_text_retrieval'> => ({
  matches: texts.map((text) => ({ text, probability: 0.75, similarity: 0.5 })),
  inference: { encode_ms: 10, decode_ms: 20, batch_size: 1, device: 'cpu' },
  revision: match.revision,
  precision: match.precision,
  ...by,
});

async function matcher(handler: WorkHandler<'image_text_retrieval'>): Promise<WorkConsumer<'image_text_retrieval'>> {
  return await live.consumeFor({ serves: () => ({ task: 'image_text_retrieval', model: 'itm' }), handler });
}

/** A caption that was made by a worker that died before it could add the matcher's job; its own job is left behind. */
async function justMade(changes: Partial<CaptionSubmission> = {}): Promise<string> {
  const { work } = await live.queue.submit(toMatch(changes));
  const jobs = `${live.keys.root}:jobs:captions.demo`;
  const records = new Records(live.redis, live.keys);
  await live.redis.set(`${jobs}:${work.id}:lock`, 'token');
  await records.begin(work.id, 'token', 'captions.demo');
  expect(await records.finish(work.id, 'token', success, { revision: 'r1', precision: 'fp32' })).toBe('passed_on');
  await live.redis.del(`${jobs}:${work.id}:lock`);
  return work.id;
}

const matcherJobs = () => live.redis.zcard(`${live.keys.root}:jobs:matches.itm:prioritized`);

test('a caption ends once, with its match, which is made of the same pixels and the finished text', async () => {
  const works: Work<'image_text_retrieval'>[] = [];
  await live.consume(async () => made('a cat'));
  await matcher(async (work) => {
    works.push(work);
    return fits(work.texts);
  });
  const { pixels, ...request } = toMatch({ webhook });
  const { work } = await live.queue.submit({ ...request, pixels });
  const states: string[] = [];
  for await (const { data } of live.queue.watch(work.id)) {
    states.push(data.state);
    expect(data.caption === null).toBe(data.state !== 'succeeded');
  }
  expect(states.filter((state) => state === 'succeeded')).toHaveLength(1);
  const end = await live.ended(work.id);
  expect(end).toMatchObject({ state: 'succeeded', caption: { text: 'a cat' }, match: matched, attempt: 2 });
  expect(end).toMatchObject({ model: 'demo', revision: 'r2', timings: { encode_ms: 11.5, decode_ms: 22.5 } });
  expect(end.timings!.queue_ms + end.timings!.inference_ms).toBeLessThanOrEqual(end.timings!.total_ms + 1);
  expect(works).toMatchObject([{ id: work.id, model: 'itm', revision: 'm1', texts: ['a cat'] }]);
  expect([...works[0]!.pixels]).toEqual([...pixels]);
  expect(await live.stored('pixels')).toEqual([]);
  expect(await live.redis.xlen(`${live.keys.root}:outbox`)).toBe(1);
  expect(await live.queue.load()).toMatchObject({ open: 0, bytes: 0 });
});

test('a worker that dies between the two leaves what a reconciler finishes, and its job is taken without work', async () => {
  const id = await justMade();
  expect(await live.queue.read(id)).toMatchObject({ state: 'queued', attempt: 1, caption: null, match: null });
  expect(await matcherJobs()).toBe(0);
  const reconciler = await live.reconciler();
  expect(await reconciler.sweep()).toEqual({ requeued: [], ended: [] });
  await live.redis.zadd(`${live.keys.root}:open`, 0, id);
  expect(await reconciler.sweep()).toEqual({ requeued: [id], ended: [] });
  expect([await matcherJobs(), await live.waitingJobs()]).toEqual([1, 1]);

  const captioned: string[] = [];
  await live.consume(async (work) => {
    captioned.push(work.id);
    return made('another');
  });
  const after = (await live.queue.submit(submission({ pixels: new Uint8Array(48).fill(255) }))).work.id;
  await live.ended(after);
  expect(captioned).toEqual([after]);
  await matcher(async ({ texts }) => fits(texts));
  expect(await live.ended(id)).toMatchObject({ state: 'succeeded', caption: { text: 'a cat' }, match: matched });
  expect(await live.waitingJobs()).toBe(0);
});

test('a worker that comes back after its caption went on is not heard', async () => {
  const id = await justMade();
  const records = new Records(live.redis, live.keys);
  for (const token of ['token', 'other']) {
    expect(await records.finish(id, token, success, { revision: 'r1', precision: 'fp32' })).toBe('stale');
    expect(await records.requeue(id, token)).toBe('stale');
    expect(await records.begin(id, token, 'captions.demo')).toBe('passed_on');
  }
});

test('between the two it is canceled at once, and no matcher is asked', async () => {
  const id = await justMade();
  expect(await live.queue.cancel(id)).toMatchObject({
    status: 'canceled',
    work: { state: 'canceled', caption: null },
  });
  await live.redis.zadd(`${live.keys.root}:open`, 0, id);
  await (await live.reconciler()).sweep();
  expect(await matcherJobs()).toBe(0);
  const job = await justMade();
  await (await live.reconciler()).settle(job);
  expect(await matcherJobs()).toBe(1);
  await live.queue.cancel(job);
  expect(await matcherJobs()).toBe(0);
});

test('while it is matched it is canceled as a running one', async () => {
  const [begun, aborted] = [latch(), latch()];
  await live.consume(async () => made('a cat'));
  await matcher(async (_work, signal) => {
    signal.addEventListener('abort', () => aborted.open());
    begun.open();
    await aborted.promise;
    throw signal.reason;
  });
  const { work } = await live.queue.submit(toMatch());
  await begun.promise;
  expect(await live.queue.cancel(work.id)).toMatchObject({ status: 'canceling' });
  await aborted.promise;
  expect(await live.ended(work.id)).toMatchObject({ state: 'canceled', caption: null, match: null, timings: null });
});

test('what fails to be matched has failed, and is made and matched anew by a retry', async () => {
  let broken = true;
  await live.consume(async () => made('a cat'));
  await matcher(async ({ texts }) => {
    if (broken) return { ...fits(texts), matches: [] };
    return fits(texts);
  });
  const { work } = await live.queue.submit(toMatch());
  const failed = await live.ended(work.id);
  expect(failed).toMatchObject({ state: 'failed', caption: null, error: { code: 'internal_error' } });
  broken = false;
  const again = await live.queue.retry(work.id);
  expect(await live.ended(again.work.id)).toMatchObject({
    state: 'succeeded',
    retry_of: work.id,
    match: matched,
  });
});

test('a deadline is one for the beginning: a caption that waits for its match does not expire', async () => {
  const id = await justMade({ timeoutS: 60 });
  await live.passed(id, 'deadline_ms');
  await live.redis.zadd(`${live.keys.root}:open`, 0, id);
  await (await live.reconciler()).sweep();
  await matcher(async ({ texts }) => fits(texts));
  expect(await live.ended(id)).toMatchObject({ state: 'succeeded', match: matched });
});

test('a batch counts it as queued until it has its match', async () => {
  const batchId = newBatchId();
  await live.queue.createBatch({ id: batchId });
  const id = await justMade({ batchId });
  await live.queue.sealBatch(batchId, [{ index: 0, id, error: null }]);
  expect(await live.queue.readBatch(batchId)).toMatchObject({
    state: 'processing',
    counts: { queued: 1, succeeded: 0 },
  });
  await matcher(async ({ texts }) => fits(texts));
  await (await live.reconciler()).settle(id);
  await live.ended(id);
  expect(await live.queue.readBatch(batchId)).toMatchObject({
    state: 'completed',
    counts: { queued: 0, succeeded: 1 },
  });
});

test('a result is given again to what asks for the same match by the same models, made by them', async () => {
  let [caption, matching] = [{ revision: 'r1', precision: 'fp32' }, {}];
  await live.consume(async () => ({ ...made('a cat'), ...caption }));
  await matcher(async ({ texts }) => fits(texts, matching));
  const once = async (changes: Partial<CaptionSubmission>) => {
    const { status, work } = await live.queue.submit(submission(changes));
    await live.ended(work.id);
    return [status, (await live.queue.read(work.id))?.match?.revision];
  };
  const pixels = new Uint8Array(48).fill(images++);
  expect(await once({ match, pixels })).toEqual(['queued', 'm1']);
  expect(await once({ match, pixels })).toEqual(['cached', 'm1']);
  expect(await once({ pixels })).toEqual(['queued', undefined]);
  for (const other of [{ revision: 'm2' }, { precision: 'int8' }]) {
    expect(await once({ match: { ...match, ...other }, pixels })).toEqual(['queued', 'm1']);
    expect(await once({ match: { ...match, ...other }, pixels })).toEqual(['queued', 'm1']);
  }
  const cases: [typeof caption, typeof matching][] = [
    [{ ...caption, revision: 'r2' }, {}],
    [{ ...caption, precision: 'int8' }, {}],
    [caption, { precision: 'int8' }],
  ];
  for ([caption, matching] of cases) {
    const others = new Uint8Array(48).fill(images++);
    expect(await once({ match, pixels: others })).toEqual(['queued', 'm1']);
    expect(await once({ match, pixels: others })).toEqual(['queued', 'm1']);
  }
});
