import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { workHandler } from '../apps/worker/src/work-handler.js';
import { type CaptionResource, newCaptionId, resolveParams, type Task } from '../packages/contracts/src/index.js';
import { Engine } from '../packages/engine/src/index.js';
import { marks } from '../packages/engine/src/pixel-marks.fixture.js';
import { WorkConsumer, WorkQueue } from '../packages/queue/src/index.js';

const params = resolveParams({
  requested: {},
  manifest: { generation_config: {}, text_config: {}, positions_max: 64 },
  promptTokens: 1,
});

let queue: WorkQueue;
let engine: Engine;
let worker: WorkConsumer<Task>;
let restarts: number;

/** A worker around an engine whose model does what the first byte of an image says. */
beforeEach(async () => {
  const address = { redisUrl: inject('redisUrl'), namespace: `test-${randomUUID()}` };
  const silent = () => {};
  queue = new WorkQueue({ ...address, commandTimeoutMs: 120_000 });
  engine = new Engine({
    checkpoint: 'plain',
    cacheDir: '',
    threads: 1,
    batchMax: 8,
    // An image that hangs is waited for twice; a batch of the others takes no time, but a busy machine may.
    batchDeadlineMs: 4000,
    logger: { debug: silent, info: silent, warn: silent },
    backoff: { minMs: 1, maxMs: 1, resetAfterMs: 0 },
    entry: new URL('../packages/engine/dist/engine-process.fixture.js', import.meta.url),
  });
  restarts = 0;
  engine.on('restarting', () => {
    restarts += 1;
  });
  worker = new WorkConsumer<Task>({
    ...address,
    serves: () => ({ task: 'captioning', model: 'fixture' }),
    concurrency: 16,
    handler: workHandler(engine),
  });
  await Promise.all([queue.start(), engine.start()]);
});

afterEach(async () => {
  await worker.stop();
  await Promise.all([queue.stop(), engine.stop()]);
});

async function submit(mark: keyof typeof marks): Promise<string> {
  const { work } = await queue.submit({
    ...{ id: newCaptionId(), model: 'fixture', revision: 'any', prompt: null, params },
    image: { width: 16, height: 16, format: 'png', sha256: 'ab'.repeat(32), bytes: 1 },
    pixels: Uint8Array.of(marks[mark], 1, 0),
  });
  return work.id;
}

async function ended(id: string): Promise<CaptionResource> {
  const outcome = await queue.wait(id, { timeoutMs: 120_000 });
  if (outcome.status !== 'finished') throw new Error(`expected ${id} to finish, but it is ${outcome.status}`);
  return outcome.work;
}

/** An image that is bad in its way, with others before and after it that are taken together with it. */
async function amongOthers(mark: keyof typeof marks) {
  const before = [await submit('plain'), await submit('plain')];
  const bad = await submit(mark);
  const after = [await submit('plain'), await submit('plain')];
  await worker.start();
  return { bad: await ended(bad), others: await Promise.all([...before, ...after].map(ended)) };
}

test.each([
  ['crash', 'worker_lost'],
  ['hang', 'timeout'],
] as const)('an image that makes the engine %s fails alone, with %s, after two engines', async (mark, code) => {
  const { bad, others } = await amongOthers(mark);
  expect(bad).toMatchObject({ state: 'failed', attempt: 1, error: { code, retryable: false } });
  expect(others.map(({ state, attempt }) => [state, attempt])).toEqual(others.map(() => ['succeeded', 1]));
  expect(restarts).toBe(2);
});

test('an image for which memory never suffices fails alone, after three attempts and without a restart', async () => {
  const { bad, others } = await amongOthers('outOfMemory');
  expect(bad).toMatchObject({ state: 'failed', attempt: 3, error: { code: 'out_of_memory', retryable: true } });
  expect(others.map(({ state, attempt }) => [state, attempt])).toEqual(others.map(() => ['succeeded', 1]));
  expect(restarts).toBe(0);
});
