import { createHash } from 'node:crypto';
import { BlipqError, type ModelManifest, modelManifest, type WorkerStatus, workerStatus } from '@blipq/contracts';
import type { ScriptTarget } from '../lua/script.js';
import { modelKeys } from '../redis/keys.js';
import { QueueClient, type QueueClientOptions } from '../redis/queue-client.js';
import { asking } from '../redis/redis-client.js';
import { readManifest } from './read-manifest.js';
import { listModels, type RegisteredModel } from './scripts/list-models.js';
import { listWorkers } from './scripts/list-workers.js';
import { noteWorker } from './scripts/note-worker.js';
import { registerModel } from './scripts/register-model.js';
import { seeModel } from './scripts/see-model.js';

export type ManifestDraft = Omit<ModelManifest, 'tokenizer_sha256' | 'registered_at'>;

/** A model that can be asked for. */
export interface ListedModel {
  manifest: ModelManifest;
  /** Milliseconds since a worker said that it serves the model; undefined for workers that do not say. */
  absentMs: number | undefined;
}

/** A worker that was heard of in the last ten minutes and has not said goodbye. */
export interface ListedWorker extends WorkerStatus {
  id: string;
  /** Since it said how it is, in milliseconds. */
  silentMs: number;
}

/** Most workers that are listed. */
const workersListedMax = 200;

export interface ModelRegistryOptions extends Omit<QueueClientOptions, 'queue'> {
  /**
   * Called for a model whose manifest this version cannot read, such as one of a newer worker, once for each manifest.
   * `reason` names the fields.
   */
  onUnreadable?: (model: string, reason: string) => void;
}

/**
 * What workers have said about the models they serve, and about themselves. Entries have no TTL: gateways go on accepting work, with the right
 * image size and limits, while no worker runs. Workers and gateways of different versions share a registry, so each
 * entry is read by itself: one that this version cannot read takes no other model away.
 */
export class ModelRegistry extends QueueClient {
  readonly #keys: ReturnType<typeof modelKeys>;
  readonly #target: ScriptTarget;
  readonly #onUnreadable: (model: string, reason: string) => void;
  /** Manifests that could not be read, by model, so that each is reported once. */
  readonly #unreadable = new Map<string, string>();

  constructor(options: ModelRegistryOptions) {
    super(options);
    this.#keys = modelKeys(options.namespace);
    this.#target = { redis: this.redis, root: this.#keys.root };
    this.#onUnreadable = options.onUnreadable ?? (() => undefined);
  }

  /** Stores the manifest, replacing that of the same model, and the tokenizer it names. */
  async register(draft: ManifestDraft, tokenizer: string): Promise<ModelManifest> {
    const tokenizer_sha256 = createHash('sha256').update(tokenizer).digest('hex');
    const manifest = modelManifest.parse({ ...draft, tokenizer_sha256, registered_at: new Date().toISOString() });
    const registration = { model: manifest.model, manifest: JSON.stringify(manifest), tokenizer, tokenizer_sha256 };
    await asking(() => registerModel(this.#target, registration));
    return manifest;
  }

  /** Notes that a worker serves the model now. Says whether it is registered, by whatever version. */
  async see(model: string): Promise<boolean> {
    return await asking(() => seeModel(this.#target, model));
  }

  /**
   * All models whose manifest this version can read, the one that registered last first; none when no worker has ever
   * registered.
   */
  async list(): Promise<ListedModel[]> {
    const entries = await asking(() => listModels(this.#target));
    return entries
      .flatMap((entry) => {
        const manifest = this.#read(entry);
        return manifest === undefined ? [] : [{ manifest, absentMs: entry.absentMs, order: entry.order }];
      })
      .sort((a, b) => b.order - a.order || b.manifest.registered_at.localeCompare(a.manifest.registered_at))
      .map(({ manifest, absentMs }) => ({ manifest, absentMs }));
  }

  /** Writes down how a worker is; without a status, that it has stopped. */
  async note(id: string, status?: WorkerStatus): Promise<void> {
    await asking(() => noteWorker(this.#target, { id, status: status && JSON.stringify(status) }));
  }

  /** The 200 workers that were heard of last, and how many there are. Those that this version cannot read are left out. */
  async workers(): Promise<{ total: number; workers: ListedWorker[] }> {
    const { total, workers } = await asking(() => listWorkers(this.#target, workersListedMax));
    const read = workers.flatMap(({ id, silentMs, status }) => {
      const { data } = workerStatus.safeParse(JSON.parse(status));
      return data === undefined ? [] : [{ id, silentMs, ...data }];
    });
    return { total, workers: read };
  }

  #read({ model, manifest }: RegisteredModel): ModelManifest | undefined {
    const read = readManifest(manifest);
    if (typeof read !== 'string') {
      this.#unreadable.delete(model);
      return read;
    }
    if (this.#unreadable.get(model) !== manifest) this.#onUnreadable(model, read);
    this.#unreadable.set(model, manifest);
    return undefined;
  }

  /** The tokenizer.json with this hash. @throws BlipqError `model_unavailable` when it is not there. */
  async tokenizer(sha256: string): Promise<string> {
    const json = await asking(() => this.redis.get(this.#keys.tokenizer(sha256)));
    if (json === null) throw new BlipqError('model_unavailable', `The tokenizer ${sha256} is not registered.`);
    return json;
  }
}
