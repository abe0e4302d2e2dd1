import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect } from 'vitest';
import { CaptionModel } from '../caption-model.js';
import { removeModelFolders } from '../checkpoint/testing/write-files.js';
import { type PrepareOptions, prepareModel } from '../prepare-model.js';

export const reference = fileURLToPath(new URL('../../../../test/reference/', import.meta.url));

export type Files = Record<string, Uint8Array | string>;

/** The files of a small captioning model, to be edited and written to a folder of their own. */
export function captionFiles(): Files {
  const names = ['config.json', 'preprocessor_config.json', 'tokenizer.json', 'tokenizer_config.json'];
  return Object.fromEntries(
    [...names, 'model.safetensors'].map((name) => [name, readFileSync(join(reference, 'caption', name))]),
  );
}

export let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'blipq-prepare-'));
});
afterEach(async () => {
  await rm(cacheDir, { recursive: true, force: true });
  await removeModelFolders();
});

export const prepare = (checkpoint: string, options: Partial<PrepareOptions> = {}) =>
  prepareModel({ checkpoint, cacheDir, name: 'model', ...options });

/** The folders in the cache: built ones, and those of builds that are under way or were given up. */
export async function foldersInCache(): Promise<string[]> {
  const entries = await readdir(cacheDir, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(cacheDir, name));
}

/** What changes where a file is written again. */
export async function marks(folder: string): Promise<Record<string, string>> {
  const names = ['.', ...(await readdir(folder))];
  const stats = await Promise.all(names.map((name) => stat(join(folder, name), { bigint: true })));
  return Object.fromEntries(
    names.map((name, i) => [name, `${stats[i]!.ino} ${stats[i]!.mtimeNs} ${stats[i]!.ctimeNs}`]),
  );
}

export async function expectUsable(folder: string): Promise<void> {
  const model = await CaptionModel.load(folder, { threads: 1 });
  expect(model.facts.imageSize).toBe(96);
  await model.release();
}
