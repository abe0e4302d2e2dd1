import { mkdtemp, readdir, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { modelFolder, removeModelFolders } from './checkpoint/testing/write-files.js';
import { contentHash } from './content-hash.js';

let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'blipq-hash-'));
});
afterEach(async () => {
  await rm(cacheDir, { recursive: true });
  await removeModelFolders();
});

const files = { 'config.json': '{}', 'a.safetensors': 'first weights', 'b.safetensors': 'second weights' };

/** The hash of a folder, and whether its files had to be read for it. */
async function hashOf(folder: string): Promise<{ hash: string; read: boolean }> {
  let bytes = 0;
  const weights = ['a.safetensors', 'b.safetensors'].map((name) => join(folder, name));
  const onProgress = ({ bytesDone }: { bytesDone: number }) => {
    expect(bytesDone).toBeGreaterThan(bytes);
    bytes = bytesDone;
  };
  return { hash: await contentHash([folder], weights, { cacheDir, onProgress }), read: bytes > 0 };
}

test('a hash is 12 hexadecimal digits of what the files hold, wherever they lie', async () => {
  const { hash } = await hashOf(await modelFolder(files));
  expect(hash).toMatch(/^[0-9a-f]{12}$/);
  expect((await hashOf(await modelFolder(files))).hash).toBe(hash);
});

test('files are read once, and again when one was touched', async () => {
  const folder = await modelFolder(files);
  const first = await hashOf(folder);
  expect(first.read).toBe(true);
  expect(await hashOf(folder)).toEqual({ ...first, read: false });
  await utimes(join(folder, 'a.safetensors'), 1, 1);
  expect(await hashOf(folder)).toEqual({ ...first, read: true });
});

test.each([
  ['other weights', { ...files, 'a.safetensors': 'First weights' }],
  ['weights the other way round', { ...files, 'a.safetensors': 'second weights', 'b.safetensors': 'first weights' }],
  ['an empty file where there was none', { ...files, 'generation_config.json': '' }],
  ['another configuration', { ...files, 'config.json': '{ }' }],
])('%s have another hash', async (_what, others) => {
  const { hash } = await hashOf(await modelFolder(files));
  expect((await hashOf(await modelFolder(others))).hash).not.toBe(hash);
});

test('a file that is replaced by one of equal size and time is read', async () => {
  const folder = await modelFolder(files);
  const path = join(folder, 'a.safetensors');
  await utimes(path, 1, 1);
  const { hash } = await hashOf(folder);
  await writeFile(`${path}.new`, 'First weights');
  await utimes(`${path}.new`, 1, 1);
  await rename(`${path}.new`, path);
  const changed = await hashOf(folder);
  expect(changed.read).toBe(true);
  expect(changed.hash).not.toBe(hash);
});

test('what is remembered is not believed when it is damaged', async () => {
  const folder = await modelFolder(files);
  const first = await hashOf(folder);
  const remembered = await readdir(cacheDir);
  expect(remembered).toHaveLength(1);
  await truncate(join(cacheDir, remembered[0]!), 5);
  expect(await hashOf(folder)).toEqual(first);
  expect(await hashOf(folder)).toEqual({ ...first, read: false });
});

test('files that nothing is built from do not count', async () => {
  const { hash } = await hashOf(await modelFolder(files));
  const others = { ...files, 'README.md': '# A model', 'tf_model.h5': 'other weights' };
  expect((await hashOf(await modelFolder(others))).hash).toBe(hash);
});
