import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** The small files that decide what is built, beside the weights. */
export const configFiles = [
  'adapter_config.json',
  'added_tokens.json',
  'blipq.json',
  'config.json',
  'generation_config.json',
  'preprocessor_config.json',
  'processor_config.json',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.txt',
];

export interface HashOptions {
  /** Where the result is remembered. */
  readonly cacheDir: string;
  readonly onProgress?: (progress: { readonly phase: 'hash'; readonly bytesDone: number }) => void;
}

/**
 * Identifies what is in a model's folders: the first 12 hexadecimal digits of a SHA-256 over all files that matter.
 *
 * Gigabytes of weights are hashed once: the result is remembered in the cache folder together with the sizes and
 * modification times that it stands for.
 */
export async function contentHash(
  folders: readonly string[],
  weightFiles: readonly string[],
  { cacheDir, onProgress }: HashOptions,
): Promise<string> {
  const small = folders.flatMap((folder) => configFiles.map((name) => join(folder, name)));
  const paths = [...small, ...weightFiles.filter((path) => !small.includes(path))];
  const stamp = JSON.stringify(await Promise.all(paths.map(fileStamp)));
  const memo = join(cacheDir, `.hash-${sha256(stamp).slice(0, 32)}`);
  const known = await readFile(memo, 'utf8').catch(() => undefined);
  if (known !== undefined && /^[0-9a-f]{12}$/.test(known)) return known;

  const hash = createHash('sha256');
  let bytesDone = 0;
  for (const path of paths) {
    if ((await fileStamp(path)) === null) continue;
    // Which folder has a file matters as much as what is in it.
    const place = folders.findIndex((folder) => dirname(path) === resolve(folder));
    hash.update(`${place > 0 ? `${place}/` : ''}${basename(path)}\0`);
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      hash.update(chunk);
      bytesDone += chunk.length;
      onProgress?.({ phase: 'hash', bytesDone });
    }
  }
  const result = hash.digest('hex').slice(0, 12);
  await remember(memo, result);
  return result;
}

/** Does nothing in a cache that cannot be written: the hash is computed again next time. */
async function remember(memo: string, hash: string): Promise<void> {
  try {
    await mkdir(dirname(memo), { recursive: true });
    await writeFile(`${memo}.${process.pid}`, hash);
    await rename(`${memo}.${process.pid}`, memo);
  } catch {}
}

async function fileStamp(path: string): Promise<string | null> {
  const stats = await stat(path, { bigint: true }).catch(() => null);
  return stats === null ? null : `${path} ${stats.size} ${stats.mtimeNs} ${stats.ino}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
