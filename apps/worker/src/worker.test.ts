import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BlipqError,
  type CaptionParams,
  type CaptionResource,
  newCaptionId,
  resolveParams,
} from '@blipq/contracts';
import { PixelPool, type Pixels } from '@blipq/pixels';
import { ModelRegistry, WorkQueue } from '@blipq/queue';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { WorkerProcess } from './testing/worker-process.js';

const redisUrl = inject('redisUrl');
const model = fileURLToPath(new URL('../../../models/demo', import.meta.url));
const examples: Record<string, string> = JSON.parse(readFileSync(join(model, 'examples', 'captions.json'), 'utf8'));
const names = Object.keys(examples);
const folder = mkdtempSync(join(tmpdir(), 'blipq-worker-test-'));
const images = new Map<string, Pixels>();

const greedy = resolveParams({
  requested: {},
  manifest: { generation_config: {}, text_config: {}, positions_max: 64 },
  promptTokens: 1,
});

let namespace: string;
let queue: WorkQueue;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  const pool = new PixelPool({ threads: 1 });
  for (const name of names) images.set(name, await pool.toPixels(readFileSync(join(model, 'examples', name)), 128));
  await pool.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  namespace = `test-${randomUUID()}`;
  queue = new WorkQueue({ redisUrl, namespace, commandTimeoutMs: 120_000 });
  await queue.start();
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.kill('SIGKILL');
  await queue.stop();
});

async function spawn(env: Record<string, string> = {}): Promise<WorkerProcess> {
  const settings = {
    REDIS_URL: redisUrl,
    BLIPQ_NAMESPACE: namespace,
    BLIPQ_MODEL: model,
    BLIPQ_CACHE: inject('modelCache'),
  };
  const worker = await WorkerProcess.spawn({ ...settings, BLIPQ_LOG_LEVEL: 'debug', ...env });
  workers.push(worker);
  return worker;
}

/** Submits an example scene and returns its id. */
async function submit(name: string, params: Partial<CaptionParams> = {}): Promise<string> {
  const { rgb, width, height, format } = images.get(name)!;
  const { work } = await queue.submit({
    id: newCaptionId(),
    model: 'demo',
    revision: 'any',
    prompt: null,
    params: { ...greedy, ...params },
    image: { width, height, format, sha256: 'ab'.repeat(32), bytes: 1 },
    pixels: rgb,
  });
  return work.id;
}

async function ended(id: string): Promise<CaptionResource> {
  const outcome = await queue.wait(id, { timeoutMs: 120_000 });
  if (outcome.status !== 'finished') throw new Error(`expected ${id} to finish, but it is ${outcome.status}`);
  return outcome.work;
}

/** Many captions of all examples: several batches. */
async function submitMany(): Promise<{ name: string; id: string }[]> {
  const many = Array.from({ length: 6 }, () => names).flat();
  return await Promise.all(many.map(async (name) => ({ name, id: await submit(name) })));
}

test('registers its model and captions the example scenes as transformers does', async () => {
  const worker = await spawn();
  for (const name of names) {
    const id = await submit(name);
    const caption = await ended(id);
    expect({ name, text: caption.caption?.text }).toEqual({ name, text: examples[name] });
    expect(caption.caption?.tokens.length).toBeGreaterThan(0);
    expect(caption).toMatchObject({ attempt: 1, timings: { batch_size: 1, device: 'cpu' } });
    await vi.waitFor(() => expect(worker.log).toContainEqual(expect.objectContaining({ id, level: 20 })));
  }
  const registered = await worker.logged('model registered');
  const registry = new ModelRegistry({ redisUrl, namespace, commandTimeoutMs: 120_000 });
  await registry.start();
  const [{ manifest } = {}] = await registry.list();
  expect(manifest).toMatchObject({ model: registered.model, revision: registered.revision, image_size: 128 });
  expect(JSON.parse(await registry.tokenizer(manifest!.tokenizer_sha256))).toHaveProperty('model');
  await registry.stop();
  await expect.poll(() => worker.health('/readyz')).toEqual({ status: 200, body: '\n' });
  expect(await worker.logged('worker ready')).toMatchObject({ batchMax: 8, engines: 1, threads: expect.any(Number) });
});

describe('what a worker says of itself', () => {
  let registry: ModelRegistry;
  beforeEach(async () => {
    registry = new ModelRegistry({ redisUrl, namespace, commandTimeoutMs: 120_000 });
    await registry.start();
  });
  afterEach(() => registry.stop());
  const listed = async () => (await registry.workers()).workers;

  test('is there while it is ready, says so when its engine was replaced, and ends with it', async () => {
    const worker = await spawn();
    const { enginePid } = await worker.logged('engine ready');
    await expect.poll(listed).toMatchObject([{ state: 'ready', model: 'demo', restarts: 0, pid: worker.child.pid }]);
    process.kill(Number(enginePid), 'SIGKILL');
    await expect.poll(listed).toMatchObject([{ state: 'ready', reason: null, restarts: 1, batch_max: 8 }]);
    await worker.kill();
    expect(await listed()).toEqual([]);
  });

  test('is there from the start, before there is a model', async () => {
    const hub = createServer(() => {}).listen(0, '127.0.0.1');
    await once(hub, 'listening');
    const HF_ENDPOINT = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
    await spawn({ BLIPQ_MODEL: 'owner/name', HF_ENDPOINT, HF_HOME: folder });
    await expect.poll(listed).toMatchObject([{ state: 'starting', model: 'owner/name', task: null, batch_rows: 0 }]);
    hub.closeAllConnections();
    hub.close();
  });
});

test('runs several engines on one queue, and replaces one while the others go on', async () => {
  const worker = await spawn({ BLIPQ_ENGINES: '2', BLIPQ_THREADS: '2' });
  const ready = async () => /^blipq_engine_ready (\d)$/m.exec((await worker.health('/metrics')).body)?.[1];
  const pids = () => worker.log.filter(({ msg }) => msg === 'engine ready').map(({ enginePid }) => Number(enginePid));
  await expect.poll(() => new Set(pids()).size).toBe(2);
  expect(await ready()).toBe('2');
  const submitted = await submitMany();
  await Promise.race(submitted.map(({ id }) => ended(id)));
  process.kill(pids()[0]!, 'SIGKILL');
  for (const { name, id } of submitted) expect((await ended(id)).caption?.text).toBe(examples[name]);
  await expect.poll(() => new Set(pids()).size).toBe(3);
  expect(await ready()).toBe('2');
  expect(await worker.health('/readyz')).toMatchObject({ status: 200 });
});

test('generates as it is asked to: beams, lengths and penalties', async () => {
  await spawn();
  const [name] = names as [string];
  const sum = ({ caption }: CaptionResource) => caption!.tokens.reduce((total, { logprob }) => total + logprob, 0);
  const plain = await ended(await submit(name));
  const total = await ended(await submit(name, { num_beams: 3, length_penalty: 0 }));
  expect(total.caption?.score).toBeCloseTo(sum(total), 4);
  const mean = await ended(await submit(name, { num_beams: 3, length_penalty: 1 }));
  expect(mean.caption?.score).toBeCloseTo(sum(mean) / mean.caption!.tokens.length, 4);
  const short = await ended(await submit(name, { max_new_tokens: 2 }));
  expect(short.caption?.tokens).toEqual(plain.caption!.tokens.slice(0, 2));
  const long = await ended(await submit(name, { min_new_tokens: 18, no_repeat_ngram_size: 1 }));
  const ids = long.caption!.tokens.map(({ id }) => id);
  expect(ids.length).toBeGreaterThanOrEqual(18);
  expect(new Set(ids).size).toBe(ids.length);
});

test('captions that are canceled under load end as canceled, and the others are made', async () => {
  await spawn();
  const submitted: { name: string; id: string }[] = [];
  const canceled = new Set<string>();
  // All may have ended before any is canceled.
  while (canceled.size === 0) {
    const more = await submitMany();
    submitted.push(...more);
    await Promise.race(more.map(({ id }) => ended(id)));
    await Promise.all(
      more
        .filter((_, n) => n % 2 === 0)
        .map(async ({ id }) => {
          const answer = await queue.cancel(id).catch((error: BlipqError) => error.code);
          if (answer !== 'already_terminal') canceled.add(id);
        }),
    );
  }
  for (const { id, name } of submitted) {
    const { state, caption } = await ended(id);
    expect({ state, text: caption?.text }).toEqual(
      canceled.has(id) ? { state: 'canceled', text: undefined } : { state: 'succeeded', text: examples[name] },
    );
  }
});

test('kill -9 of the engine under load: every caption succeeds and /livez answers all the while', async () => {
  const worker = await spawn();
  const { enginePid: pid } = await worker.logged('engine ready');
  const submitted = await submitMany();
  const all = Promise.all(submitted.map(async ({ name, id }) => ({ name, ...(await ended(id)) })));
  await Promise.race(submitted.map(({ id }) => ended(id)));
  process.kill(pid as number, 'SIGKILL');
  let finished = false;
  void all.finally(() => {
    finished = true;
  });
  const answers: number[] = [];
  do answers.push((await worker.health('/livez')).status);
  while (!finished);
  expect(new Set(answers)).toEqual(new Set([200]));
  const wrong = (await all).filter(({ name, caption }) => caption?.text !== examples[name]);
  expect(wrong).toEqual([]);
  await expect.poll(async () => (await worker.logged('engine ready')).enginePid).not.toBe(pid);
});

test('SIGTERM under load: the worker ends in order and loses nothing, another does the rest', async () => {
  const first = await spawn();
  const submitted = await submitMany();
  await Promise.race(submitted.map(({ id }) => ended(id)));
  first.child.kill('SIGTERM');
  expect(await first.ended).toEqual([0, null]);
  expect(first.log.at(-1)?.msg).toBe('worker stopped');
  const states = await Promise.all(submitted.map(async ({ id }) => (await queue.read(id))?.state));
  expect(states.filter((state) => state !== 'succeeded' && state !== 'queued')).toEqual([]);
  await spawn();
  for (const { name, id } of submitted) expect((await ended(id)).caption?.text).toBe(examples[name]);
});

test('is alive but not ready without Redis, and does not need it to stop', async () => {
  const worker = await spawn({ REDIS_URL: 'redis://127.0.0.1:1' });
  await worker.logged('worker ready');
  await vi.waitFor(async () => {
    expect(await worker.health('/readyz')).toEqual({
      status: 503,
      body: 'Redis does not answer: connect ECONNREFUSED 127.0.0.1:1\n',
    });
  });
  expect((await worker.health('/livez')).status).toBe(200);
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toEqual([0, null]);
});

describe('a model that cannot be served', () => {
  test.each([
    ['no BLIPQ_MODEL', '', 'BLIPQ_MODEL is not set'],
    ['a folder that is not there', '/nowhere/at/all', '/nowhere/at/all'],
    ['a folder without a checkpoint', join(model, 'examples'), 'model.safetensors'],
  ])('%s is one clear line and exit code 1', async (_what, path, says) => {
    const worker = await spawn({ BLIPQ_MODEL: path });
    expect(await worker.ended).toEqual([1, null]);
    expect(worker.stderr).toHaveLength(1);
    expect(worker.stderr[0]).toContain(says);
  });
});
