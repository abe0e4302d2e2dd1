import { basename } from 'node:path';
import { cacheFileError } from './free-space.js';
import { HubClient } from './hub-client.js';
import { HubError } from './hub-error.js';
import { type DownloadProgress, HubModel } from './hub-model.js';
import { type HubOptions, hubOptions } from './hub-options.js';
import { isCommit, parseReference } from './reference.js';
import { RepoCache } from './repo-cache.js';

export interface ResolveOptions extends Partial<HubOptions> {
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Called with a sentence when an older copy is used because the Hub does not answer. */
  readonly onWarning?: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Pause after the first failure of a request, in milliseconds; it doubles with each further one. */
  readonly retryDelayMs?: number;
  /** Silence that ends a request, in milliseconds. */
  readonly silenceMs?: number;
}

export interface ResolvedModel {
  /** A Hugging Face model folder. */
  readonly folder: string;
  /** What users call the model: the folder's name, or `owner/name`. */
  readonly name: string;
  /** The commit on the Hub; null for a folder. */
  readonly commit: string | null;
}

/** Tries of a request without progress. With the default pause the last one comes after about six seconds. */
const attempts = 5;

/**
 * Finds the folder of a model: the folder itself, or `owner/name[@revision]` from the Hub by way of its cache. What the
 * cache has is used; what it lacks is downloaded, checked against the Hub's hashes and renamed into place.
 *
 * @throws HubError, or the signal's reason when it aborts
 */
export async function resolveModel(reference: string, options: ResolveOptions = {}): Promise<ResolvedModel> {
  const parsed = parseReference(reference);
  if (parsed.kind === 'folder') return { folder: parsed.path, name: basename(parsed.path), commit: null };
  const settings = { ...hubOptions({}), ...options };
  try {
    return await fromHub(parsed.repo, parsed.revision, settings);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw cacheFileError(error, settings.cacheDir);
  }
}

async function fromHub(repo: string, revision: string, options: ResolveOptions & HubOptions): Promise<ResolvedModel> {
  const { cacheDir, endpoint, token, signal, onProgress, onWarning, retryDelayMs = 500, silenceMs = 30_000 } = options;
  const policy = { attempts, delayMs: retryDelayMs, signal };
  const cache = new RepoCache(cacheDir, repo);
  const at = (commit: string) => new HubModel({ repo, commit, cache, policy, onProgress });
  const cached = async (): Promise<ResolvedModel | undefined> => {
    const commit = await cache.commit(revision);
    if (commit === undefined || !(await at(commit).isWhole())) return undefined;
    return { folder: cache.snapshot(commit), name: repo, commit };
  };

  // A commit never changes: where it is, there is nothing to ask.
  const here = options.offline || isCommit(revision) ? await cached() : undefined;
  if (here !== undefined) return here;
  if (options.offline) {
    throw new HubError(
      'offline_missing',
      `${repo} at ${revision} is not in ${cacheDir}, and HF_HUB_OFFLINE forbids to download it`,
    );
  }

  const client = new HubClient(repo, revision, { endpoint, token, policy, silenceMs });
  try {
    const commit = isCommit(revision) ? revision : await client.commit();
    const model = at(commit);
    await model.complete(client);
    if (!isCommit(revision)) await cache.remember(revision, commit).catch(allowReadOnly);
    return { folder: model.folder, name: repo, commit };
  } catch (error) {
    const older = error instanceof HubError && error.retryable ? await cached() : undefined;
    if (older === undefined) throw error;
    onWarning?.(`${(error as HubError).message}; using ${repo} as it was downloaded before, at commit ${older.commit}`);
    return older;
  }
}

/** A cache that is whole serves as it is, although what a branch stands for cannot be noted in it. */
function allowReadOnly(error: NodeJS.ErrnoException): void {
  if (!['EROFS', 'EACCES', 'EPERM'].includes(error.code ?? '')) throw error;
}
