import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** The temporaries that this very process is writing. */
const ours = new Set<string>();

/**
 * Has `write` fill a folder of a passing name beside `folder`, which then becomes `folder`: it is there whole or not at
 * all. Does nothing where `folder` is there already.
 */
export async function buildFolder(folder: string, write: (temporary: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  try {
    await withTemporary(dirname(folder), async (temporary) => {
      await write(temporary);
      await rename(temporary, folder);
    });
  } catch (error) {
    // Another process may have built the same content meanwhile: then its folder is as good as ours.
    if (!existsSync(folder)) throw error;
  }
}

/** Calls `use` with a folder in `parent` that is gone afterwards, even if this process is killed: the next one removes it. */
export async function withTemporary<T>(parent: string, use: (temporary: string) => Promise<T>): Promise<T> {
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const temporary = await mkdtemp(join(parent, `.building-${hostname()}-${process.pid}-`));
  ours.add(basename(temporary));
  try {
    return await use(temporary);
  } finally {
    await rm(temporary, { recursive: true, force: true });
    ours.delete(basename(temporary));
  }
}

/** Removes what builds of this machine left behind when they were killed. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const [, host, pid] = /^\.building-(.+)-(\d+)-[^-]+$/.exec(entry) ?? [];
    if (host !== hostname() || ours.has(entry)) continue;
    if (Number(pid) === process.pid || !isRunning(Number(pid)))
      await rm(join(parent, entry), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
