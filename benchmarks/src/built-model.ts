import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Precision } from '@blipq/blip';
import { askProcess } from './ask-process.js';
import type { PrepareReport } from './prepare-process.js';
import { treeMemory } from './process-memory.js';
import { randomCheckpoint, type ShapeName } from './random-checkpoint.js';

/** What it took to build a model's graphs, when they were built. */
export interface BuildFigures {
  date: string;
  seconds: number;
  /** The most of all processes together, bytes: their own, and with the files that they map. */
  anonymousPeak: number;
  residentPeak: number;
}

export interface BuiltModel {
  checkpoint: string;
  cacheDir: string;
  build: BuildFigures | null;
}

/** Makes a random checkpoint and its graphs, or finds them; figures of a build are kept beside the graphs. */
export async function builtModel(
  shape: ShapeName,
  precision: Precision,
  { folder, threads, rebuild }: { folder: string; threads: number; rebuild: boolean },
): Promise<BuiltModel> {
  const cacheDir = join(folder, 'built');
  await mkdir(cacheDir, { recursive: true });
  const checkpoint = await randomCheckpoint(shape, folder);
  const record = join(cacheDir, `build-${shape}-${precision}.json`);
  if (rebuild && existsSync(record)) {
    const { folder: old } = JSON.parse(await readFile(record, 'utf8')) as { folder: string };
    await rm(old, { recursive: true, force: true });
  }
  const figures = { anonymousPeak: 0, residentPeak: 0 };
  const { built, ms, ...made } = await askProcess<object, PrepareReport>(
    'prepare-process',
    { checkpoint, cacheDir, precision, threads },
    {
      onTick: (pid) => {
        const { anonymous, file } = treeMemory(pid);
        figures.anonymousPeak = Math.max(figures.anonymousPeak, anonymous);
        figures.residentPeak = Math.max(figures.residentPeak, anonymous + file);
      },
    },
  );
  if (built) {
    const build = { date: new Date().toISOString(), seconds: ms / 1000, ...figures, folder: made.folder };
    await writeFile(record, JSON.stringify(build, null, 2));
  }
  return { checkpoint, cacheDir, build: await readRecord(record) };
}

/** Graphs that something else built have no figures. */
async function readRecord(path: string): Promise<BuildFigures | null> {
  if (!existsSync(path)) return null;
  const { date, seconds, anonymousPeak, residentPeak } = JSON.parse(await readFile(path, 'utf8')) as BuildFigures;
  return { date, seconds, anonymousPeak, residentPeak };
}
