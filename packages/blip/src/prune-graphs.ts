import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { precisions } from './model/weight-format.js';
import { optimizedFolder, thisCpu } from './optimized-graphs.js';

/** The file in a folder of graphs whose time of modification says when the graphs were last used. */
const lastUseFile = 'last-use';
/** A use is noted at most once in so long. */
const NOTE_EVERY_MS = 86_400_000;

/** Folders that `prepareModel` makes in a cache: built graphs of any version. */
const graphs = new RegExp(`-[0-9a-f]{12}-(${precisions.join('|')})(-cuda)?-v\\d+$`);
/** What killed builds and removals leave behind, and remembered hashes of checkpoints. */
const leftover = /^\.(building|removing|hash)-/;

export interface PruneOptions {
  /** Graphs go that nobody has used for so many days; 0 means all of them. */
  readonly unusedDays: number;
  /** Removes nothing, and says what would be removed. */
  readonly dryRun?: boolean;
}

export interface PrunedEntry {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Notes that a built folder is in use, and so is its form for this CPU. A cache that cannot be written needs no note:
 * nothing can be removed from it either.
 */
export async function noteUse(folder: string): Promise<void> {
  for (const each of [folder, optimizedFolder(folder, await thisCpu())]) {
    const known = await stat(join(each, lastUseFile)).catch(() => undefined);
    if (!existsSync(each)) continue;
    if (known !== undefined && Date.now() - known.mtimeMs < NOTE_EVERY_MS) continue;
    await writeFile(join(each, lastUseFile), '').catch(() => {});
  }
}

/**
 * Removes what nobody has used for a while from a cache of graphs: graphs of any version, optimised forms for kinds of
 * CPU that are gone, and what killed builds left behind. Graphs of a version that noted no use are taken to be used now.
 * Files and folders of other makers stay.
 */
export async function pruneGraphs(
  cacheDir: string,
  { unusedDays, dryRun = false }: PruneOptions,
): Promise<PrunedEntry[]> {
  const before = unusedDays === 0 ? Number.POSITIVE_INFINITY : Date.now() - unusedDays * 86_400_000;
  const removed: PrunedEntry[] = [];
  for (const name of await namesIn(cacheDir)) {
    const path = join(cacheDir, name);
    if (leftover.test(name)) {
      if ((await changedAt(path)) <= before) removed.push(await remove(path, cacheDir, dryRun));
    } else if (graphs.test(name)) {
      for (const each of await unusedIn(path, before, dryRun)) removed.push(await remove(each, cacheDir, dryRun));
    }
  }
  return removed;
}

/** A folder of graphs, where it is unused, or those of its optimised forms that are. */
async function unusedIn(folder: string, before: number, dryRun: boolean): Promise<string[]> {
  if ((await lastUseOf(folder, dryRun)) <= before) return [folder];
  const unused: string[] = [];
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    if (/^optimized-[0-9a-f]{12}$/.test(name) && (await lastUseOf(path, dryRun)) <= before) unused.push(path);
  }
  return unused;
}

async function lastUseOf(folder: string, dryRun: boolean): Promise<number> {
  const path = join(folder, lastUseFile);
  const noted = await stat(path).catch(() => undefined);
  if (noted !== undefined) return Math.floor(noted.mtimeMs);
  const now = Date.now();
  if (!dryRun) await writeFile(path, '').catch(() => {});
  return now;
}

/** Under another name first, so that a folder of graphs is there whole or not at all. */
async function remove(path: string, cacheDir: string, dryRun: boolean): Promise<PrunedEntry> {
  const bytes = await bytesIn(path);
  if (!dryRun) {
    const aside = join(cacheDir, `.removing-${randomUUID()}`);
    await rename(path, aside);
    await rm(aside, { recursive: true, force: true });
  }
  return { path, bytes };
}

async function bytesIn(path: string): Promise<number> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats?.isDirectory()) return stats?.size ?? 0;
  let bytes = 0;
  for (const name of await namesIn(path)) bytes += await bytesIn(join(path, name));
  return bytes;
}

/** The latest change of a file or of a folder's list of files. */
async function changedAt(path: string): Promise<number> {
  return Math.floor((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
