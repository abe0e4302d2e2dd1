import { statfs } from 'node:fs/promises';
import { HubError } from './hub-error.js';

/**
 * @param bytes what is about to be written into `folder`, which exists
 * @throws HubError `disk_full`
 */
export async function requireFreeSpace(folder: string, bytes: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (bytes > free) {
    throw new HubError('disk_full', `${what} needs ${inWords(bytes)}, but only ${inWords(free)} is free in ${folder}`);
  }
}

/** A number of bytes for people: 1.9 GB. */
export function inWords(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  const unit = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** unit).toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`;
}

/** An error of the operating system in words that say what to do; any other comes back as it is. */
export function cacheFileError(error: unknown, cacheDir: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const then = 'free some and start again: what was downloaded is kept';
    return new HubError('disk_full', `there is no space left in ${cacheDir}; ${then}`, { cause: error });
  }
  return new HubError('cache_unusable', `the model cache ${cacheDir} cannot be used: ${message}`, { cause: error });
}
