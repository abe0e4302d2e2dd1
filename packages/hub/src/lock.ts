import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const renewMs = 2000;
/** A lock that was not renewed for this long belongs to nobody any more. */
const staleMs = 15_000;
const pollMs = 250;

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called now and then while another process holds it. */
  readonly onWait?: () => void;
}

/**
 * Runs `work` while no other process of this machine, or of another one on the same file system, holds the lock file.
 * A holder that was killed leaves its file behind; it is taken over at once where its process is seen to be gone, else
 * when it has not been renewed for a while.
 */
export async function withLock<T>(path: string, { signal, onWait }: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const mine = JSON.stringify({ host: hostname(), pid: process.pid, id: randomUUID() });
  while (!(await take(path, mine))) {
    if (await removeAbandoned(path)) continue;
    onWait?.();
    await delay(pollMs, undefined, { signal });
  }
  const renewal = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), renewMs);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    if ((await contentOf(path)) === mine) await rm(path, { force: true });
  }
}

async function take(path: string, mine: string): Promise<boolean> {
  try {
    await writeFile(path, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Whether there is nothing in the way any more. */
async function removeAbandoned(path: string): Promise<boolean> {
  const [found, stats] = await Promise.all([contentOf(path), stat(path).catch(() => undefined)]);
  if (found === undefined || stats === undefined) return true;
  if (Date.now() - stats.mtimeMs < staleMs && !isOfDeadProcess(found)) return false;
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => {});
  const removed = await contentOf(aside);
  // Between the look and the removal another process may have taken it over: then it gets its lock back.
  if (removed !== undefined && removed !== found) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
  return true;
}

function isOfDeadProcess(content: string): boolean {
  try {
    const { host, pid } = JSON.parse(content);
    if (host !== hostname()) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined);
}
