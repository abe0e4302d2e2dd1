import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ResolveOptions, resolveModel } from './resolve-model.js';
import { filesOf, HubServer, hashesOf } from './testing/hub-server.js';

const path = (name: string) => fileURLToPath(new URL(`../../../test/reference/${name}`, import.meta.url));
const base = filesOf(path('caption'));
const { 'adapter_model.safetensors': weights, 'adapter_config.json': config } = filesOf(path('adapters/plain'));

/** An adapter's files, made for `name`. */
function adapter(name: string | null, more: Record<string, Buffer | string> = {}, fields: object = {}) {
  const json = { ...JSON.parse(config!.toString()), base_model_name_or_path: name, ...fields };
  return { 'adapter_config.json': JSON.stringify(json), 'adapter_model.safetensors': weights!, ...more };
}

let hub: HubServer;
let folder: string;
beforeEach(async () => {
  hub = await HubServer.start();
  folder = mkdtempSync(join(tmpdir(), 'blipq-adapter-test-'));
});
afterEach(async () => {
  await hub.stop();
  rmSync(folder, { recursive: true, force: true });
});

const resolve = (name: string, options: ResolveOptions = {}) =>
  resolveModel(name, { endpoint: hub.endpoint, cacheDir: join(folder, 'cache'), retryDelayMs: 1, ...options });

/** A folder of the machine with these files. */
function local(name: string, files: Record<string, Buffer | string>): string {
  mkdirSync(join(folder, name));
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, name, file), content);
  return join(folder, name);
}

test('an adapter on the Hub brings the base that it names, and both are there offline', async () => {
  const { commit: baseCommit } = hub.publish('owner/base', base);
  const extras = { 'README.md': 'x', 'optimizer.pt': 'x', 'special_tokens_map.json': '{}' };
  const { commit } = hub.publish('me/lora', adapter('owner/base', extras));
  const found = await resolve('me/lora');
  expect(found).toMatchObject({ name: 'me/lora', commit, adapter: { base: 'owner/base', baseCommit } });
  expect(hashesOf(filesOf(found.folder))).toEqual(hashesOf(base));
  expect(Object.keys(filesOf(found.adapter!.folder)).sort()).toEqual([
    'adapter_config.json',
    'adapter_model.safetensors',
    'special_tokens_map.json',
  ]);
  hub.seen.length = 0;
  expect(await resolve('me/lora', { offline: true })).toEqual(found);
  expect(hub.seen).toEqual([]);
});

test('the revision that an adapter names is that of its base', async () => {
  const { commit } = hub.publish('owner/base', base);
  hub.publish('me/lora', adapter('owner/base', {}, { revision: 'v1.0' }));
  expect((await resolve('me/lora')).adapter).toMatchObject({ baseCommit: commit });
  expect(hub.seen.some(({ path }) => path.includes('owner/base/revision/v1.0'))).toBe(true);
});

test('base+adapter takes the base that is named, each of them from the Hub or from a folder', async () => {
  const { commit } = hub.publish('owner/base', base);
  const lora = local('a lora', adapter('/content/drive/blip'));
  expect(await resolve(`owner/base+${lora}`)).toMatchObject({
    name: 'a lora',
    commit: null,
    adapter: { folder: lora, base: 'owner/base', baseCommit: commit },
  });
  hub.publish('me/lora', adapter('owner/gone'));
  const copy = local('base+1', base);
  expect(await resolve(`${copy}+me/lora`)).toMatchObject({
    folder: copy,
    name: 'me/lora',
    adapter: { base: 'base+1', baseCommit: null },
  });
  expect(await resolve(copy)).toEqual({ folder: copy, name: 'base+1', commit: null });
});

test('an adapter in a folder brings its base from the Hub, and leaves a base in a folder to the reader', async () => {
  hub.publish('owner/base', base);
  expect(await resolve(local('remote', adapter('owner/base')))).toMatchObject({ adapter: { base: 'owner/base' } });
  cpSync(path('caption'), join(folder, 'base'), { recursive: true });
  const lora = local('near', adapter(join(folder, 'base')));
  expect(await resolve(lora)).toEqual({ folder: lora, name: 'near', commit: null });
  const nameless = local('nameless', adapter(null));
  expect(await resolve(nameless)).toEqual({ folder: nameless, name: 'nameless', commit: null });
});

test('a path in an adapter from the Hub means no folder here', async () => {
  const here = local('base', base);
  hub.publish('me/lora', adapter(here));
  await expect(resolve('me/lora')).rejects.toMatchObject({
    code: 'repo_unusable',
    message: expect.stringContaining('which is no model on the Hub; name the base with it: BASE+me/lora'),
  });
});

test('an adapter beside the weights of a model is refused before any download, and taken where both are named', async () => {
  hub.publish('me/both', { ...base, ...adapter('owner/base') });
  await expect(resolve('me/both')).rejects.toMatchObject({
    code: 'repo_unusable',
    message: expect.stringContaining('me/both+me/both'),
  });
  expect(hub.seen.filter(({ path }) => path.includes('/resolve/'))).toEqual([]);
  const found = await resolve('me/both+me/both');
  expect(found.adapter!.folder).toBe(found.folder);
  expect(Object.keys(filesOf(found.folder))).toContain('adapter_model.safetensors');
});

test.each([
  ['me/model', base, 'holds no LoRA adapter'],
  ['me/empty', { 'adapter_config.json': '{}' }, 'adapter_model.safetensors or adapter_model.bin'],
])('%s is no adapter', async (name, files, message) => {
  hub.publish('owner/base', base);
  hub.publish(name, files);
  await expect(resolve(`owner/base+${name}`)).rejects.toMatchObject({
    code: 'repo_unusable',
    message: expect.stringContaining(message),
  });
});

test('an adapter is no base', async () => {
  hub.publish('me/lora', adapter('me/other'));
  hub.publish('me/other', adapter('owner/base'));
  await expect(resolve('me/lora')).rejects.toMatchObject({
    code: 'repo_unusable',
    message: expect.stringContaining('me/other holds no model'),
  });
});

test('a checkpoint of the original code on the Hub says how it is served', async () => {
  hub.publish('me/original', { 'model_base.pth': 'x' });
  await expect(resolve('me/original')).rejects.toMatchObject({
    message: expect.stringContaining('hf download me/original model_base.pth --local-dir FOLDER'),
  });
});
