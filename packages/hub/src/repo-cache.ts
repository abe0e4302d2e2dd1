import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { HubFile } from './hub-client.js';
import { isCommit } from './reference.js';

/**
 * One model repository in the Hub's cache, in the layout of Python's huggingface_hub:
 *
 *     models--owner--name/refs/<revision>             the commit that a branch or tag stood for
 *     models--owner--name/blobs/<hash>                a file's content
 *     models--owner--name/snapshots/<commit>/<file>   a relative link to its blob
 */
export class RepoCache {
  readonly folder: string;
  /** Held while files are written. */
  readonly lockPath: string;

  constructor(cacheDir: string, repo: string) {
    const name = ['models', ...repo.split('/')].join('--');
    this.folder = join(cacheDir, name);
    this.lockPath = join(cacheDir, '.locks', name, 'blipq.lock');
  }

  snapshot(commit: string): string {
    return join(this.folder, 'snapshots', commit);
  }

  blob({ hash }: HubFile): string {
    return join(this.folder, 'blobs', hash);
  }

  /** The commit that a revision stood for when it was last looked up. */
  async commit(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision;
    const text = await readFile(this.#ref(revision), 'utf8').catch(() => '');
    return isCommit(text.trim()) ? text.trim() : undefined;
  }

  /** Remembers what a revision stands for; done once its files are all there, so that it always leads to a whole. */
  async remember(revision: string, commit: string): Promise<void> {
    if ((await this.commit(revision)) === commit) return;
    const path = this.#ref(revision);
    const passing = `${path}.${randomUUID()}.tmp`;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(passing, commit);
    await rename(passing, path);
  }

  /** Whether a file is in the snapshot of a commit, whole. */
  async has(commit: string, { path, size }: HubFile): Promise<boolean> {
    return (await sizeOf(join(this.snapshot(commit), path))) === size;
  }

  /** Whether a file's content is there, from whichever commit. */
  async hasBlob(file: HubFile): Promise<boolean> {
    return (await sizeOf(this.blob(file))) === file.size;
  }

  /** Puts a file whose blob is there into the snapshot of a commit. */
  async link(commit: string, file: HubFile): Promise<void> {
    const path = join(this.snapshot(commit), file.path);
    const passing = `${path}.${randomUUID()}.tmp`;
    await mkdir(dirname(path), { recursive: true });
    await symlink(relative(dirname(path), this.blob(file)), passing);
    await rename(passing, path);
  }

  #ref(revision: string): string {
    return join(this.folder, 'refs', ...revision.split('/'));
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}
