import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { optimizedFolder, thisCpu } from './optimized-graphs.js';
import { noteUse, pruneGraphs } from './prune-graphs.js';

let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'blipq-prune-'));
});
afterEach(() => rm(cacheDir, { recursive: true }));

const dayMs = 86_400_000;

/** Writes a file of 1000 bytes into the cache; files named `last-use` say how long ago that was. */
async function file(path: string, daysAgo = 0): Promise<void> {
  const full = join(cacheDir, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, Buffer.alloc(1000));
  await age(path, daysAgo);
}

async function age(path: string, days: number): Promise<void> {
  const then = new Date(Date.now() - days * dayMs);
  await utimes(join(cacheDir, path), then, then);
}

const left = async () => (await readdir(cacheDir, { recursive: true })).sort();
const names = (removed: readonly { path: string }[]) => removed.map(({ path }) => path.slice(cacheDir.length + 1));

const old = 'demo-0123456789ab-int8-v1';
const used = 'org--name-0123456789ab-fp16-cuda-v7';

test('graphs of any version go when nobody has used them for so long, and those in use stay', async () => {
  for (const [folder, days] of [
    [old, 31],
    [used, 29],
  ] as const) {
    await file(`${folder}/encoder.onnx`);
    await file(`${folder}/last-use`, days);
  }
  const removed = await pruneGraphs(cacheDir, { unusedDays: 30 });
  expect(removed).toEqual([{ path: join(cacheDir, old), bytes: 2000 }]);
  expect(await left()).toEqual([used, `${used}/encoder.onnx`, `${used}/last-use`]);
});

test('of graphs in use, the forms that were optimised for CPUs that are gone go', async () => {
  await file(`${used}/last-use`);
  await file(`${used}/optimized-0123456789ab/last-use`, 40);
  await file(`${used}/optimized-ba9876543210/last-use`, 1);
  expect(names(await pruneGraphs(cacheDir, { unusedDays: 30 }))).toEqual([`${used}/optimized-0123456789ab`]);
  expect(await readdir(join(cacheDir, used))).toEqual(['last-use', 'optimized-ba9876543210']);
});

test('graphs that noted no use are taken to be used now, and go when they are unused from then on', async () => {
  await file(`${old}/encoder.onnx`, 400);
  await age(old, 400);
  expect(await pruneGraphs(cacheDir, { unusedDays: 30 })).toEqual([]);
  await age(`${old}/last-use`, 31);
  expect(names(await pruneGraphs(cacheDir, { unusedDays: 30 }))).toEqual([old]);
});

test('what killed builds left behind goes, and what is not a cache’s stays', async () => {
  await file('.building-host-1-abc/encoder.data');
  await age('.building-host-1-abc', 31);
  await file('.hash-0123', 31);
  await file('.hash-4567', 1);
  await file('notes-0123456789ab.txt', 400);
  await file('my-model/last-use', 400);
  expect(names(await pruneGraphs(cacheDir, { unusedDays: 30 }))).toEqual(['.building-host-1-abc', '.hash-0123']);
  expect(await left()).toEqual(['.hash-4567', 'my-model', 'my-model/last-use', 'notes-0123456789ab.txt']);
});

test('a dry run says what would go and removes and writes nothing', async () => {
  await file(`${old}/last-use`, 31);
  await file(`${used}/encoder.onnx`);
  const before = await left();
  expect(names(await pruneGraphs(cacheDir, { unusedDays: 30, dryRun: true }))).toEqual([old]);
  expect(await left()).toEqual(before);
});

test('0 days remove all graphs, and a cache that is not there has none', async () => {
  await file(`${old}/last-use`);
  await file(`${used}/encoder.onnx`);
  expect(names(await pruneGraphs(cacheDir, { unusedDays: 0 }))).toEqual([old, used]);
  expect(await left()).toEqual([]);
  expect(await pruneGraphs(join(cacheDir, 'nowhere'), { unusedDays: 0 })).toEqual([]);
});

test('a use of graphs is a use of their form for this CPU, and is noted once a day', async () => {
  const folder = join(cacheDir, used);
  const optimized = optimizedFolder(folder, await thisCpu());
  await mkdir(optimized, { recursive: true });
  const notes = [join(folder, 'last-use'), join(optimized, 'last-use')];
  const noted = () => Promise.all(notes.map(async (path) => (await stat(path)).mtimeMs));
  await noteUse(folder);
  const first = await noted();
  await noteUse(folder);
  expect(await noted()).toEqual(first);
  for (const path of notes) await utimes(path, new Date(0), new Date(0));
  await noteUse(folder);
  for (const [i, time] of (await noted()).entries()) expect(time).toBeGreaterThanOrEqual(first[i]!);
});
