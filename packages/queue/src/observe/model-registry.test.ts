import { createHash } from 'node:crypto';
import type { WorkerStatus } from '@blipq/contracts';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { freshNamespace, patient } from '../testing/fixtures.js';
import { type ManifestDraft, ModelRegistry } from './model-registry.js';

const redisUrl = inject('redisUrl');
let namespace: string;
let registry: ModelRegistry;

const draft: ManifestDraft = {
  model: 'demo',
  revision: 'r1',
  task: 'captioning',
  image_size: 128,
  positions_max: 64,
  precision: 'fp32',
  device: 'cpu',
  generation_config: { max_new_tokens: 20 },
  text_config: {},
};

beforeEach(async () => {
  namespace = freshNamespace();
  registry = new ModelRegistry({ redisUrl, namespace, ...patient });
  await registry.start();
});

afterEach(() => registry.stop());

test('no model is listed before a worker has registered one, and its tokenizer is refused by name', async () => {
  expect(await registry.list()).toEqual([]);
  await expect(registry.tokenizer('00')).rejects.toMatchObject({ code: 'model_unavailable' });
});

test('a registered model is listed with its tokenizer and never expires', async () => {
  const manifest = await registry.register(draft, '{"tokens":[]}');
  expect(manifest.tokenizer_sha256).toBe(createHash('sha256').update('{"tokens":[]}').digest('hex'));
  expect(await registry.list()).toEqual([{ manifest, absentMs: expect.any(Number) }]);
  expect(await registry.tokenizer(manifest.tokenizer_sha256)).toBe('{"tokens":[]}');
  const redis = new Redis(redisUrl);
  for (const key of await redis.keys(`${namespace}:*`)) expect(await redis.ttl(key)).toBe(-1);
  redis.disconnect();
});

test('a new revision replaces the old one; another model is listed beside it, newest first', async () => {
  await registry.register(draft, '{}');
  const second = await registry.register({ ...draft, revision: 'r2' }, '{}');
  expect((await registry.list()).map(({ manifest }) => manifest)).toEqual([second]);
  const other = await registry.register({ ...draft, model: 'other' }, '{}');
  expect((await registry.list()).map(({ manifest }) => manifest)).toEqual([other, second]);
});

test('models are in the order in which Redis saw them register, whatever the clocks of their workers say', async () => {
  const redis = new Redis(redisUrl);
  const first = await registry.register({ ...draft, model: 'first' }, '{}');
  const early = { ...first, registered_at: '2099-01-01T00:00:00.000Z' };
  await redis.hset(`${namespace}:{models}:manifests`, 'first', JSON.stringify(early));
  // Redis's own clock was ahead when this one registered.
  await redis.zadd(`${namespace}:{models}:order`, Date.now() + 3_600_000, 'first');
  await registry.register({ ...draft, model: 'second' }, '{}');
  expect((await registry.list()).map(({ manifest }) => manifest.model)).toEqual(['second', 'first']);
  redis.disconnect();
});

test('a manifest that this version cannot read is reported once and takes no other model away', async () => {
  const redis = new Redis(redisUrl);
  const reported: string[][] = [];
  const mixed = new ModelRegistry({
    ...{ redisUrl, namespace, ...patient },
    onUnreadable: (...report) => reported.push(report),
  });
  await mixed.start();
  const manifest = await mixed.register(draft, '{}');
  const { text_config: _, ...less } = manifest;
  const others = {
    'a precision of its own': JSON.stringify({ ...manifest, precision: 'fp8' }),
    'a task of its own': JSON.stringify({ ...manifest, task: 'grounding' }),
    'a field less': JSON.stringify(less),
    'no object': '[]',
    'no JSON': '{',
  };
  await redis.hset(`${namespace}:{models}:manifests`, others);
  const newer = { ...manifest, model: 'newer', something_new: { of: 'a later version' } };
  await redis.hset(`${namespace}:{models}:manifests`, 'newer', JSON.stringify(newer));
  for (let round = 0; round < 2; round += 1) {
    expect((await mixed.list()).map((one) => one.manifest.model).sort()).toEqual(['demo', 'newer']);
  }
  expect(reported.map(([model]) => model).sort()).toEqual(Object.keys(others).sort());
  expect(reported.find(([model]) => model === 'a field less')?.[1]).toContain('text_config');
  await mixed.stop();
  redis.disconnect();
});

test('a worker notes that it serves its model: how long none has is known, and never less than nothing', async () => {
  const redis = new Redis(redisUrl);
  const absentMs = async () => (await registry.list())[0]?.absentMs;
  expect(await registry.see('demo')).toBe(false);
  await registry.register(draft, '{}');
  await redis.zadd(`${namespace}:{models}:seen`, Date.now() - 3_600_000, 'demo');
  expect(await absentMs()).toBeGreaterThanOrEqual(3_600_000);
  expect(await registry.see('demo')).toBe(true);
  expect(await absentMs()).toBeLessThan(3_600_000);
  await redis.zadd(`${namespace}:{models}:seen`, Date.now() + 3_600_000, 'demo');
  expect(await absentMs()).toBe(0);
  await redis.zrem(`${namespace}:{models}:seen`, 'demo');
  expect(await absentMs()).toBeUndefined();
  redis.disconnect();
});

const status: WorkerStatus = {
  ...{ host: 'pod-1', pid: 7, started_at: '2026-01-01T00:00:00.000Z', state: 'ready', reason: null },
  ...{ model: 'demo', task: 'captioning', revision: 'r1', precision: 'fp32', device: 'cpu' },
  ...{ batch_rows: 3, batch_max: 8, restarts: 0 },
};

test('workers are listed with what they said last, until they say that they stop', async () => {
  await registry.note('one', { ...status, state: 'starting' });
  await registry.note('two', status);
  await registry.note('one', status);
  const { total, workers } = await registry.workers();
  expect(total).toBe(2);
  expect(workers.map(({ id, state, silentMs }) => [id, state, silentMs >= 0]).sort()).toEqual([
    ['one', 'ready', true],
    ['two', 'ready', true],
  ]);
  await registry.note('one');
  expect((await registry.workers()).workers.map(({ id }) => id)).toEqual(['two']);
});

test('a worker that fell silent is forgotten after ten minutes, and no more than 1,000 are remembered', async () => {
  const redis = new Redis(redisUrl);
  const key = `${namespace}:{models}:workers`;
  await registry.note('silent', status);
  await redis.zadd(key, Date.now() - 300_000, 'silent');
  await registry.note('other', status);
  expect((await registry.workers()).workers).toMatchObject([{ id: 'other' }, { id: 'silent', host: 'pod-1' }]);
  await redis.zadd(key, Date.now() - 700_000, 'silent');
  await registry.note('other', status);
  expect((await registry.workers()).total).toBe(1);

  for (let i = 0; i < 1000; i++) await redis.zadd(key, Date.now() - 1000, `worker-${i}`);
  await registry.note('other', status);
  await registry.note('other', status);
  expect(await redis.zcard(key)).toBeLessThanOrEqual(1001);
  expect(await redis.pttl(key)).toBeGreaterThan(0);
  redis.disconnect();
});

test('a worker of a version that says something else takes no other from the list', async () => {
  const redis = new Redis(redisUrl);
  await registry.note('newer', status);
  await redis.hset(`${namespace}:{models}:worker-status`, 'newer', '{"state":"dreaming"}');
  await registry.note('known', status);
  expect(await registry.workers()).toMatchObject({ total: 2, workers: [{ id: 'known' }] });
  redis.disconnect();
});
