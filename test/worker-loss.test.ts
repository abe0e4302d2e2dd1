import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { WorkerProcess } from '../apps/worker/src/testing/worker-process.js';
import { type CaptionResource, newCaptionId, resolveParams } from '../packages/contracts/src/index.js';
import { WorkQueue } from '../packages/queue/src/index.js';
import { RedisRelay } from '../packages/test-servers/src/index.js';

const redisUrl = inject('redisUrl');
const model = fileURLToPath(new URL('../models/demo', import.meta.url));
const params = resolveParams({
  requested: {},
  manifest: { generation_config: {}, text_config: {}, positions_max: 64 },
  promptTokens: 1,
});

let namespace: string;
let queue: WorkQueue;
const workers: WorkerProcess[] = [];
/** Engines that are frozen, and so do not notice that their worker is gone. */
const frozen: number[] = [];

beforeEach(async () => {
  namespace = `test-${randomUUID()}`;
  queue = new WorkQueue({ redisUrl, namespace, commandTimeoutMs: 120_000 });
  await queue.start();
});
afterEach(async () => {
  for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT');
  for (const worker of workers.splice(0)) await worker.kill('SIGKILL');
  await queue.stop();
});

/** A worker that takes two captions at once: one in its engine, one that waits for it. */
async function ready(env: Record<string, string> = {}): Promise<WorkerProcess> {
  const settings = {
    REDIS_URL: redisUrl,
    BLIPQ_NAMESPACE: namespace,
    BLIPQ_MODEL: model,
    BLIPQ_CACHE: inject('modelCache'),
  };
  const worker = await WorkerProcess.spawn({ ...settings, BLIPQ_PRECISION: 'fp32', BLIPQ_BATCH_MAX: '1', ...env });
  workers.push(worker);
  await worker.logged('worker ready');
  return worker;
}

async function submitted(count: number): Promise<string[]> {
  const image = { width: 128, height: 128, format: 'png', sha256: 'ab'.repeat(32), bytes: 1 } as const;
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const pixels = new Uint8Array(128 * 128 * 3).fill(n);
    const work = { id: newCaptionId(), model: 'demo', revision: 'any', prompt: null, params, image, pixels };
    ids.push((await queue.submit(work)).work.id);
  }
  return ids;
}

async function ended(id: string): Promise<CaptionResource> {
  const outcome = await queue.wait(id, { timeoutMs: 120_000 });
  if (outcome.status !== 'finished') throw new Error(`expected ${id} to finish, but it is ${outcome.status}`);
  return outcome.work;
}

/** Freezes a worker's engine, and has the worker take as much as it can: one batch that does not end, one row behind. */
async function busy(worker: WorkerProcess): Promise<{ ids: string[]; engine: number }> {
  const { enginePid: pid } = await worker.logged('engine ready');
  process.kill(pid as number, 'SIGSTOP');
  frozen.push(pid as number);
  const ids = await submitted(2);
  await vi.waitFor(async () => {
    for (const id of ids) expect((await queue.read(id))?.state).toBe('processing');
    // Their images are there, too, and the engine has the first.
    expect((await worker.health('/metrics')).body).toContain('blipq_wait_seconds_count 2\n');
  });
  return { ids, engine: pid as number };
}

describe('workers as they are deployed', () => {
  test('kill -9 with captions under way: another finishes them, in a second attempt each', async () => {
    const lost = await ready();
    const { ids } = await busy(lost);
    await lost.kill('SIGKILL');
    await ready();
    const [later] = await submitted(1);
    for (const id of ids) expect(await ended(id)).toMatchObject({ state: 'succeeded', attempt: 2 });
    expect(await ended(later!)).toMatchObject({ state: 'succeeded', attempt: 1 });
  });

  test('one that is cut off from Redis: its engine drops what it has not begun, another does it, it comes back', async () => {
    const relay = await RedisRelay.start(redisUrl);
    const cutOff = await ready({ REDIS_URL: relay.url });
    const { ids, engine } = await busy(cutOff);
    relay.part();
    const survivor = await ready();
    for (const id of ids) expect(await ended(id)).toMatchObject({ state: 'succeeded', attempt: 2 });
    survivor.child.kill('SIGTERM');
    expect(await survivor.ended).toEqual([0, null]);
    process.kill(engine, 'SIGCONT');
    relay.join();
    const [next] = await submitted(1);
    expect(await ended(next!)).toMatchObject({ state: 'succeeded', attempt: 1 });
    await vi.waitFor(async () => {
      const { body } = await cutOff.health('/metrics');
      expect(body).toContain('blipq_caption_attempts_total{outcome="succeeded"} 1\n');
      // The one that ran, which nobody could stop, and the new one.
      expect(body).toContain('blipq_batches_total{status="done"} 2\n');
    });
    await relay.stop();
  });
});
