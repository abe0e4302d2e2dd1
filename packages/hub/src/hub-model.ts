import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadBlob, incompletePath } from './download-blob.js';
import { requireFreeSpace } from './free-space.js';
import type { HubClient, HubFile } from './hub-client.js';
import { HubError } from './hub-error.js';
import { withLock } from './lock.js';
import {
  adapterForms,
  isFile,
  isIndex,
  isWholeAdapter,
  isWholeModel,
  requireBlip,
  shardsOf,
  smallFiles,
  weightForms,
  weightsOnDisk,
} from './model-files.js';
import type { RepoCache } from './repo-cache.js';
import type { RetryPolicy } from './retry.js';

/** How far a download is. */
export interface DownloadProgress {
  /** The file that is being downloaded. */
  readonly file: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly filesDone: number;
  readonly filesTotal: number;
}

export interface HubModelOptions {
  readonly repo: string;
  readonly commit: string;
  readonly cache: RepoCache;
  readonly policy: RetryPolicy;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** What is wanted of a repository: `any` is a model or, where it has none, an adapter. */
export type Wanted = 'any' | 'model' | 'adapter';

/** The files of one model or adapter at one commit, in the cache. */
export class HubModel {
  readonly folder: string;
  readonly #options: HubModelOptions;

  constructor(options: HubModelOptions) {
    this.#options = options;
    this.folder = options.cache.snapshot(options.commit);
  }

  /** Whether everything is here, as far as that can be told without the Hub. */
  async isWhole(wanted: Wanted): Promise<boolean> {
    const has = (file: string) => isFile(join(this.folder, file));
    if (wanted !== 'adapter' && (await isWholeModel(this.folder, has))) return true;
    return wanted !== 'model' && (await isWholeAdapter(has));
  }

  /**
   * Downloads what is needed and not here yet. Weights that are here in one form are not downloaded in another.
   *
   * @throws HubError
   */
  async complete(client: HubClient, wanted: Wanted): Promise<void> {
    const listing = await client.files(this.#options.commit);
    const isAdapter = listing.has('adapter_config.json');
    const isModel = weightForms.some((name) => listing.has(name));
    if (wanted === 'adapter' || (wanted === 'any' && isAdapter && !isModel)) {
      return await this.#completeAdapter(client, listing);
    }
    const { repo } = this.#options;
    if (wanted === 'any' && isAdapter) {
      throw new HubError(
        'repo_unusable',
        `${repo} holds a LoRA adapter beside the weights of a model, and nothing tells whether they have it in them already; name ${repo}+${repo} to merge it into them, or download the weights and name their folder`,
      );
    }
    await this.#completeModel(client, listing);
  }

  async #completeModel(client: HubClient, listing: ReadonlyMap<string, HubFile>): Promise<void> {
    const { repo } = this.#options;
    const [config] = listed(listing, ['config.json']);
    if (config === undefined) throw noModel(repo, listing, 'holds no model: it has no config.json');
    const form =
      (await weightsOnDisk(this.folder, (name) => this.#has(listing.get(name)))) ??
      weightForms.find((name) => listing.has(name));
    if (form === undefined)
      throw noModel(repo, listing, `holds no weights that BlipQ reads: ${weightForms.join(', ')}`);
    await this.#download(client, [config, ...listed(listing, isIndex(form) ? [form] : [])]);
    await requireBlip(this.folder, repo);
    const weights = isIndex(form) ? await shardsOf(this.folder, form) : [form];
    const missing = weights.find((name) => !listing.has(name));
    if (missing) throw new HubError('repo_unusable', `${repo} lacks ${missing}, which its ${form} names`);
    // The weights last: where they are, everything is.
    await this.#download(client, listed(listing, [...smallFiles, ...weights]));
  }

  /** An adapter's own files; those of its base are the base's. */
  async #completeAdapter(client: HubClient, listing: ReadonlyMap<string, HubFile>): Promise<void> {
    const { repo } = this.#options;
    const form = adapterForms.find((name) => listing.has(name));
    if (form === undefined || !listing.has('adapter_config.json')) {
      const wanted = `adapter_config.json with ${adapterForms.join(' or ')}`;
      throw new HubError('repo_unusable', `${repo} holds no LoRA adapter: it has no ${wanted}`);
    }
    await this.#download(client, listed(listing, [...smallFiles, form]));
  }

  async #has(file: HubFile | undefined): Promise<boolean> {
    return file !== undefined && (await this.#options.cache.has(this.#options.commit, file));
  }

  async #absent(files: readonly HubFile[]): Promise<HubFile[]> {
    const absent: HubFile[] = [];
    for (const file of files) if (!(await this.#has(file))) absent.push(file);
    return absent;
  }

  async #download(client: HubClient, files: readonly HubFile[]): Promise<void> {
    const absent = await this.#absent(files);
    if (absent.length === 0) return;
    const { cache, policy } = this.#options;
    const progress = new Tally(absent, this.#options.onProgress);
    const lock = { signal: policy.signal, onWait: () => progress.tell(absent[0]!, 0) };
    await withLock(cache.lockPath, lock, async () => {
      // Another process may have downloaded them meanwhile.
      const wanted = await this.#absent(absent);
      await this.#requireSpace(wanted);
      for (const file of absent) {
        if (wanted.includes(file)) await this.#fetch(client, file, (bytes) => progress.tell(file, bytes));
        progress.done(file);
      }
    });
  }

  async #fetch(client: HubClient, file: HubFile, onSize: (bytes: number) => void): Promise<void> {
    const { cache, commit, policy } = this.#options;
    // Another commit may have had the same file.
    if (!(await cache.hasBlob(file))) {
      await downloadBlob({ client, commit, file, blob: cache.blob(file), policy, onSize });
    }
    await cache.link(commit, file);
  }

  async #requireSpace(files: readonly HubFile[]): Promise<void> {
    const { cache, repo } = this.#options;
    await mkdir(cache.folder, { recursive: true });
    let bytes = 0;
    for (const file of files) {
      if (await cache.hasBlob(file)) continue;
      const partial = await stat(incompletePath(cache.blob(file))).catch(() => undefined);
      bytes += Math.max(0, file.size - (partial?.size ?? 0));
    }
    await requireFreeSpace(cache.folder, bytes, repo);
  }
}

function listed(listing: ReadonlyMap<string, HubFile>, names: readonly string[]): HubFile[] {
  return names.flatMap((name) => listing.get(name) ?? []);
}

/** The error for a repository without a model; a checkpoint of the original code can be served from a folder. */
function noModel(repo: string, listing: ReadonlyMap<string, HubFile>, why: string): HubError {
  const [pth] = [...listing.keys()].filter((name) => /\.(pth|pt|ckpt)$/.test(name));
  const then =
    pth === undefined
      ? ''
      : `; if ${pth} is a checkpoint of salesforce/BLIP or LAVIS, download it and name its folder: hf download ${repo} ${pth} --local-dir FOLDER`;
  return new HubError('repo_unusable', `${repo} ${why}${then}`);
}

/** Adds files up to one progress. */
class Tally {
  readonly #onProgress: ((progress: DownloadProgress) => void) | undefined;
  readonly #bytesTotal: number;
  readonly #filesTotal: number;
  #bytesBefore = 0;
  #filesDone = 0;

  constructor(files: readonly HubFile[], onProgress: ((progress: DownloadProgress) => void) | undefined) {
    this.#bytesTotal = files.reduce((sum, { size }) => sum + size, 0);
    this.#filesTotal = files.length;
    this.#onProgress = onProgress;
  }

  tell({ path }: HubFile, bytes: number): void {
    this.#onProgress?.({
      file: path,
      bytesDone: this.#bytesBefore + bytes,
      bytesTotal: this.#bytesTotal,
      filesDone: this.#filesDone,
      filesTotal: this.#filesTotal,
    });
  }

  done(file: HubFile): void {
    this.#bytesBefore += file.size;
    this.#filesDone += 1;
    this.tell(file, 0);
  }
}
