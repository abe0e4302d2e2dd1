import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { freshNamespace } from '../testing/fixtures.js';
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
  registry = new ModelRegistry({ redisUrl, namespace });
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
  expect(await registry.list()).toEqual([manifest]);
  expect(await registry.tokenizer(manifest.tokenizer_sha256)).toBe('{"tokens":[]}');
  const redis = new Redis(redisUrl);
  for (const key of await redis.keys(`${namespace}:*`)) expect(await redis.ttl(key)).toBe(-1);
  redis.disconnect();
});

test('a new revision replaces the old one; another model is listed beside it, newest first', async () => {
  await registry.register(draft, '{}');
  const second = await registry.register({ ...draft, revision: 'r2' }, '{}');
  expect(await registry.list()).toEqual([second]);
  const other = await registry.register({ ...draft, model: 'other' }, '{}');
  const listed = await registry.list();
  expect(listed).toHaveLength(2);
  expect(listed).toContainEqual(other);
  expect(listed[0]!.registered_at >= listed[1]!.registered_at).toBe(true);
});
