import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HubClient, HubFile } from './hub-client.js';
import { HubError } from './hub-error.js';
import { PartialFile } from './partial-file.js';
import { type RetryPolicy, retry } from './retry.js';

export interface BlobDownload {
  readonly client: HubClient;
  readonly commit: string;
  readonly file: HubFile;
  /** Where it belongs. Until it is whole and right it is at `<blob>.incomplete`, which the next download continues. */
  readonly blob: string;
  readonly policy: RetryPolicy;
  /** Bytes of this file that are there. */
  readonly onSize: (bytes: number) => void;
}

/**
 * Downloads one file, from where an earlier download broke off.
 *
 * @throws HubError
 */
export async function downloadBlob(download: BlobDownload): Promise<void> {
  const { file, blob } = download;
  const path = incompletePath(blob);
  await mkdir(dirname(path), { recursive: true });
  const partial = await PartialFile.open(path, file);
  try {
    const continued = partial.size > 0;
    await fill(partial, download);
    // What was left here may have been something else's; that is no reason to fail.
    if (!partial.isRight && continued) {
      await partial.restart();
      await fill(partial, download);
    }
    if (!partial.isRight) {
      await rm(path);
      throw new HubError(
        'hash_mismatch',
        `${file.path} came damaged: its ${file.algorithm} is not ${file.hash}, which the Hub names; start again to download it anew`,
      );
    }
    await partial.sync();
  } finally {
    await partial.close();
  }
  await rename(path, blob);
}

export function incompletePath(blob: string): string {
  return `${blob}.incomplete`;
}

async function fill(partial: PartialFile, { client, commit, file, policy, onSize }: BlobDownload): Promise<void> {
  let sizeBefore = partial.size;
  onSize(partial.size);
  const attempt = async () => {
    sizeBefore = partial.size;
    if (partial.isWhole) return;
    const { response, body } = await client.open(commit, file.path, partial.size);
    if (partial.size > 0 && !continuesAt(response, partial.size)) await partial.restart();
    for await (const part of body) {
      await partial.append(part);
      onSize(partial.size);
      // More than it should be is wrong whatever follows.
      if (partial.size > file.size) return;
    }
    if (!partial.isWhole) {
      throw new HubError('hub_unreachable', `${file.path} ended after ${partial.size} of ${file.size} bytes`);
    }
  };
  await retry(attempt, policy, () => partial.size > sizeBefore);
}

function continuesAt({ status, headers }: Response, offset: number): boolean {
  return status === 206 && (headers.get('content-range') ?? '').startsWith(`bytes ${offset}-`);
}
