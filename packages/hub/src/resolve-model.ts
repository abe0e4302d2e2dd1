import { resolve } from 'node:path';
import { cacheFileError } from './free-space.js';
import { HubClient } from './hub-client.js';
import { HubError } from './hub-error.js';
import { type DownloadProgress, HubModel, type Wanted } from './hub-model.js';
import { type HubOptions, hubOptions } from './hub-options.js';
import { adapterBase, isAdapter } from './model-files.js';
import { isCommit, isFolder, nameOf, type Place, parsePlace, parseReference } from './reference.js';
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
  /** A Hugging Face model folder; the base's, where the model is an adapter. */
  readonly folder: string;
  /** What users call the model: the folder's name, or `owner/name`; the adapter's, where there is one. */
  readonly name: string;
  /** The commit on the Hub, the adapter's where there is one; null for a folder. */
  readonly commit: string | null;
  /** A LoRA adapter to merge into the model. */
  readonly adapter?: ResolvedAdapter;
}

export interface ResolvedAdapter {
  /** The folder with adapter_config.json. */
  readonly folder: string;
  /** The base's name, and its commit on the Hub or null. */
  readonly base: string;
  readonly baseCommit: string | null;
}

/** Tries of a request without progress. With the default pause the last one comes after about six seconds. */
const attempts = 5;

/** Files in a folder of this machine. */
type Found = Omit<ResolvedModel, 'adapter'>;

/**
 * Finds the folder of a model: the folder itself, or `owner/name[@revision]` from the Hub by way of its cache. What the
 * cache has is used; what it lacks is downloaded, checked against the Hub's hashes and renamed into place. Where it is a
 * LoRA adapter, its base is found in the same way: the one that the reference names (`base+adapter`), or the one that
 * adapter_config.json names.
 *
 * @throws HubError, or the signal's reason when it aborts
 */
export async function resolveModel(reference: string, options: ResolveOptions = {}): Promise<ResolvedModel> {
  const parsed = parseReference(reference);
  const settings = { ...hubOptions({}), ...options };
  try {
    if (parsed.kind === 'adapted') {
      const adapter = await find(parsed.adapter, 'adapter', settings);
      return adapted(adapter, await find(parsed.base, 'model', settings));
    }
    const found = await find(parsed, 'any', settings);
    if (!(await isAdapter(found.folder))) return found;
    const base = await baseOf(found, parsed);
    return base === undefined ? found : adapted(found, await find(base, 'model', settings));
  } catch (error) {
    options.signal?.throwIfAborted();
    throw cacheFileError(error, settings.cacheDir);
  }
}

function adapted({ folder, name, commit }: Found, base: Found): ResolvedModel {
  return { folder: base.folder, name, commit, adapter: { folder, base: base.name, baseCommit: base.commit } };
}

/**
 * Where the base of an adapter is that was named alone; undefined where that is for the model's reader to find or refuse.
 *
 * @throws HubError `repo_unusable`
 */
async function baseOf({ folder, name }: Found, adapter: Place): Promise<Place | undefined> {
  const { name: base, revision } = await adapterBase(folder);
  const isRemote = adapter.kind === 'repo';
  // A path in a file from elsewhere means another machine's folder, whatever is at that path here.
  if (!isRemote && base !== undefined && [resolve(base), resolve(folder, base)].some(isFolder)) return undefined;
  try {
    const place = parsePlace(revision === undefined ? `${base}` : `${base}@${revision}`);
    if (place.kind === 'repo') return place;
  } catch {}
  if (!isRemote) return undefined;
  const of =
    base === undefined
      ? 'does not name its base model'
      : `names the base ${JSON.stringify(base)}, which is no model on the Hub`;
  throw new HubError('repo_unusable', `${name} is a LoRA adapter and ${of}; name the base with it: BASE+${name}`);
}

async function find(place: Place, wanted: Wanted, settings: ResolveOptions & HubOptions): Promise<Found> {
  if (place.kind === 'folder') return { folder: place.path, name: nameOf(place), commit: null };
  return await fromHub(place.repo, place.revision, wanted, settings);
}

async function fromHub(
  repo: string,
  revision: string,
  wanted: Wanted,
  options: ResolveOptions & HubOptions,
): Promise<Found> {
  const { cacheDir, endpoint, token, proxies, signal, onProgress, onWarning } = options;
  const { retryDelayMs = 500, silenceMs = 30_000 } = options;
  const policy = { attempts, delayMs: retryDelayMs, signal };
  const cache = new RepoCache(cacheDir, repo);
  const at = (commit: string) => new HubModel({ repo, commit, cache, policy, onProgress });
  const cached = async (): Promise<Found | undefined> => {
    const commit = await cache.commit(revision);
    if (commit === undefined || !(await at(commit).isWhole(wanted))) return undefined;
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

  const send = proxies === undefined ? fetch : (await import('./proxied-fetch.js')).proxiedFetch(proxies);
  const way = proxies === undefined ? '' : ' through the proxy that HTTPS_PROXY or HTTP_PROXY names';
  const client = new HubClient(repo, revision, { endpoint, token, policy, silenceMs, send, way });
  try {
    const commit = isCommit(revision) ? revision : await client.commit();
    const model = at(commit);
    await model.complete(client, wanted);
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
