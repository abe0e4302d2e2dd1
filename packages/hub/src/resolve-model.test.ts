import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DownloadProgress } from './hub-model.js';
import { type ResolveOptions, resolveModel } from './resolve-model.js';
import { filesOf, gitSha1, HubServer, hashesOf, sha256 } from './testing/hub-server.js';

const reference = (name: string) => filesOf(fileURLToPath(new URL(`../../../test/reference/${name}`, import.meta.url)));
const caption = reference('caption');
const pickle = reference('caption-pickle');
const sharded = reference('caption-sharded');

let hub: HubServer;
let endpoint: string;
let cacheDir: string;
beforeEach(async () => {
  hub = await HubServer.start();
  endpoint = hub.endpoint;
  cacheDir = mkdtempSync(join(tmpdir(), 'blipq-hub-test-'));
});
afterEach(async () => {
  await hub.stop();
  rmSync(cacheDir, { recursive: true, force: true });
});

const resolve = (name: string, options: ResolveOptions = {}) =>
  resolveModel(name, { endpoint, cacheDir, retryDelayMs: 1, ...options });

test('a folder is itself and asks nobody', async () => {
  const folder = fileURLToPath(new URL('../../../models/demo', import.meta.url));
  expect(await resolve(folder)).toEqual({ folder, name: 'demo', commit: null });
  expect(hub.seen).toEqual([]);
});

test('a model comes into the cache in its layout: blobs by hash, a snapshot of relative links, a ref', async () => {
  const { commit } = hub.publish('owner/name', { ...caption, 'README.md': 'x', 'model.onnx': 'x' });
  const folder = join(cacheDir, 'models--owner--name', 'snapshots', commit);
  expect(await resolve('owner/name')).toEqual({ folder, name: 'owner/name', commit });
  expect(hashesOf(filesOf(folder))).toEqual(hashesOf(caption));
  expect(readlinkSync(join(folder, 'model.safetensors'))).toBe(`../../blobs/${sha256(caption['model.safetensors']!)}`);
  expect(readlinkSync(join(folder, 'config.json'))).toBe(`../../blobs/${gitSha1(caption['config.json']!)}`);
  expect(readFileSync(join(cacheDir, 'models--owner--name/refs/main'), 'utf8')).toBe(commit);
  expect(readdirSync(join(cacheDir, 'models--owner--name/blobs'))).toHaveLength(Object.keys(caption).length);
  expect(readdirSync(join(cacheDir, '.locks/models--owner--name'))).toEqual([]);
});

test('safetensors are preferred, one file to several, and other forms are left where they are', async () => {
  const flax = { 'flax_model.msgpack': 'x', 'tf_model.h5': 'x' };
  hub.publish('a/everything', { ...pickle, ...sharded, ...caption, ...flax });
  expect(hashesOf(filesOf((await resolve('a/everything')).folder))).toEqual(hashesOf(caption));
  hub.publish('a/sharded', { ...pickle, ...sharded, ...flax });
  expect(hashesOf(filesOf((await resolve('a/sharded')).folder))).toEqual(hashesOf(sharded));
  hub.publish('a/pickle', { ...pickle, ...flax });
  expect(hashesOf(filesOf((await resolve('a/pickle')).folder))).toEqual(hashesOf(pickle));
  const index = JSON.stringify({ weight_map: { a: 'pytorch_model-1.bin', b: 'pytorch_model-2.bin' } });
  const shards = { 'pytorch_model.bin.index.json': index, 'pytorch_model-1.bin': 'x', 'pytorch_model-2.bin': 'y' };
  const { 'pytorch_model.bin': _, ...rest } = pickle;
  hub.publish('a/sharded-pickle', { ...rest, ...shards, ...flax });
  expect(Object.keys(filesOf((await resolve('a/sharded-pickle')).folder)).sort()).toEqual(
    [...Object.keys(rest), ...Object.keys(shards)].sort(),
  );
});

test('what is here is not downloaded again, and a new commit costs what changed', async () => {
  hub.publish('owner/name', caption);
  await resolve('owner/name');
  hub.seen.length = 0;
  await resolve('owner/name');
  expect(hub.seen.filter(({ path }) => path.includes('/resolve/'))).toEqual([]);
  const config = `${caption['config.json']} `;
  const { commit } = hub.publish('owner/name', { ...caption, 'config.json': config });
  const { folder } = await resolve('owner/name');
  expect(hub.seen.filter(({ path }) => path.includes('/resolve/')).map(({ path }) => path)).toEqual([
    `/owner/name/resolve/${commit}/config.json`,
  ]);
  expect(hashesOf(filesOf(folder))).toEqual(hashesOf({ ...caption, 'config.json': Buffer.from(config) }));
});

test('a commit that is here asks nobody; a revision may be a tag or a pull request', async () => {
  const { commit } = hub.publish('owner/name', caption);
  for (const revision of ['v1.0', 'refs/pr/1']) expect((await resolve(`owner/name@${revision}`)).commit).toBe(commit);
  expect(readFileSync(join(cacheDir, 'models--owner--name/refs/refs/pr/1'), 'utf8')).toBe(commit);
  hub.seen.length = 0;
  expect((await resolve(`owner/name@${commit}`)).commit).toBe(commit);
  expect(hub.seen).toEqual([]);
});

test('progress grows to the total over all files', async () => {
  hub.publish('owner/name', sharded);
  const told: DownloadProgress[] = [];
  await resolve('owner/name', { onProgress: (progress) => told.push(progress) });
  const first = told.findIndex(({ filesTotal }) => filesTotal === 5);
  const weights = told.slice(first);
  expect(weights.map(({ bytesDone }) => bytesDone)).toEqual(
    weights.map(({ bytesDone }) => bytesDone).sort((a, b) => a - b),
  );
  const { 'config.json': config, 'model.safetensors.index.json': index, ...rest } = sharded;
  const bytes = Object.values(rest).reduce((sum, { length }) => sum + length, 0);
  const file = 'model-00002-of-00002.safetensors';
  expect(told.at(-1)).toEqual({ file, bytesDone: bytes, bytesTotal: bytes, filesDone: 5, filesTotal: 5 });
  expect(config!.length + index!.length).toBeGreaterThan(0);
});

test('offline uses what is there, asks nobody, and says what is missing', async () => {
  const { commit } = hub.publish('owner/name', sharded);
  await expect(resolve('owner/name', { offline: true })).rejects.toMatchObject({
    code: 'offline_missing',
    message: `owner/name at main is not in ${cacheDir}, and HF_HUB_OFFLINE forbids to download it`,
  });
  const { folder } = await resolve('owner/name');
  hub.seen.length = 0;
  expect(await resolve('owner/name', { offline: true })).toEqual({ folder, name: 'owner/name', commit });
  expect(hub.seen).toEqual([]);
  rmSync(join(folder, 'model-00002-of-00002.safetensors'));
  await expect(resolve('owner/name', { offline: true })).rejects.toMatchObject({ code: 'offline_missing' });
});

test('a Hub that cannot be reached leaves the copy from before, with a warning', async () => {
  const { commit } = hub.publish('owner/name', caption);
  const { folder } = await resolve('owner/name');
  const warnings: string[] = [];
  await hub.stop();
  const options = { onWarning: (warning: string) => void warnings.push(warning) };
  expect(await resolve('owner/name', options)).toEqual({ folder, name: 'owner/name', commit });
  expect(warnings).toEqual([
    expect.stringMatching(
      /^127\.0\.0\.1:\d+ cannot be reached: connect ECONNREFUSED .*; using owner\/name as .* commit [0-9a-f]{40}$/,
    ),
  ]);
  await expect(resolve('owner/other', options)).rejects.toMatchObject({ code: 'hub_unreachable', retryable: true });
});

test('a Hub that fails in the middle of a new commit leaves the older one in use', async () => {
  const { commit } = hub.publish('owner/name', caption);
  await resolve('owner/name');
  hub.publish('owner/name', { ...caption, 'model.safetensors': 'new weights' });
  for (let at = 0; at < 5; at += 1) hub.troubles.push({ matches: (path) => path.startsWith('/store/'), status: 500 });
  expect((await resolve('owner/name')).commit).toBe(commit);
  expect((await resolve('owner/name', { offline: true })).commit).toBe(commit);
});

/** The cache as `snapshot_download` of huggingface_hub 1.33 leaves it, which also keeps the listing and empty locks. */
function cacheOfPython(name: string, commit: string, files: Record<string, Buffer>): string {
  const folder = join(cacheDir, `models--${name.replace('/', '--')}`);
  const snapshot = join(folder, 'snapshots', commit);
  for (const path of [join(folder, 'blobs'), join(folder, 'refs'), join(folder, 'trees'), snapshot]) {
    mkdirSync(path, { recursive: true });
  }
  for (const [file, content] of Object.entries(files)) {
    const hash = /\.(safetensors|bin)$/.test(file) ? sha256(content) : gitSha1(content);
    writeFileSync(join(folder, 'blobs', hash), content);
    symlinkSync(`../../blobs/${hash}`, join(snapshot, file));
    const lock = join(cacheDir, '.locks', `models--${name.replace('/', '--')}`, `${hash}.lock`);
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, '');
  }
  writeFileSync(join(folder, 'refs', 'main'), commit);
  writeFileSync(join(folder, 'trees', `${commit}.json`), '{"format_version":1,"files":{}}');
  return snapshot;
}

test('a cache that Python made is used as it is, online and offline', async () => {
  const { commit } = hub.publish('owner/name', pickle);
  const snapshot = cacheOfPython('owner/name', commit, pickle);
  expect(await resolve('owner/name')).toEqual({ folder: snapshot, name: 'owner/name', commit });
  expect(hub.seen.filter(({ path }) => path.includes('/resolve/'))).toEqual([]);
  expect((await resolve('owner/name', { offline: true })).folder).toBe(snapshot);
});

test('what Python downloaded in part is completed, and its weights are used in their form', async () => {
  const { commit } = hub.publish('owner/name', { ...pickle, 'model.safetensors': caption['model.safetensors']! });
  const { 'tokenizer.json': _, ...part } = pickle;
  const snapshot = cacheOfPython('owner/name', commit, part);
  expect((await resolve('owner/name')).folder).toBe(snapshot);
  expect(hashesOf(filesOf(snapshot))).toEqual(hashesOf(pickle));
  expect(hub.requestsFor('model.safetensors')).toEqual([]);
});

// The superuser may write anywhere, so that for it there is nothing to see here.
test.skipIf(process.getuid?.() === 0)(
  'a whole cache that is read-only serves; an empty one is a clear error',
  async () => {
    hub.publish('owner/name', caption);
    await resolve('owner/name');
    execFileSync('chmod', ['-R', 'a-w', cacheDir]);
    try {
      await resolve('owner/name@v1.0');
      await expect(resolve('owner/other')).rejects.toMatchObject({ code: 'repo_not_found' });
      hub.publish('owner/other', caption);
      await expect(resolve('owner/other')).rejects.toMatchObject({ code: 'cache_unusable' });
    } finally {
      execFileSync('chmod', ['-R', 'u+w', cacheDir]);
    }
  },
);

test('nothing that a repository says leads out of the cache', async () => {
  const index = (shard: string) => JSON.stringify({ weight_map: { a: shard } });
  const { 'model.safetensors': weights, ...small } = caption;
  hub.publish('a/b', {
    ...small,
    'model.safetensors.index.json': index('../../../evil.bin'),
    '../../../evil.bin': weights!,
  });
  await expect(resolve('a/b')).rejects.toMatchObject({ code: 'repo_unusable' });
  hub.publish('a/b', { ...small, 'model.safetensors.index.json': index('model-9.safetensors') });
  await expect(resolve('a/b')).rejects.toMatchObject({
    code: 'repo_unusable',
    message: 'a/b lacks model-9.safetensors, which its model.safetensors.index.json names',
  });
  expect(existsSync(join(cacheDir, '..', 'evil.bin'))).toBe(false);
  expect(lstatSync(cacheDir).isDirectory()).toBe(true);
});
