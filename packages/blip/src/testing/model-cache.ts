import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { CaptionModel } from '../caption-model.js';
import { removeModelFolders } from '../checkpoint/testing/write-files.js';
import { type PrepareOptions, prepareModel } from '../prepare-model.js';
import { type Files, referenceFiles, referenceFolder } from './model-print.js';

export const reference = referenceFolder('');

/** The files of a small captioning model, to be edited and written to a folder of their own. */
export const captionFiles = (): Files => referenceFiles('caption');

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
