import { createHash } from 'node:crypto';
import { BlipqError, type ModelManifest, modelManifest } from '@blipq/contracts';
import { modelKeys } from '../redis/keys.js';
import { asking, type OnError, open, producerRedis, type QueueAddress, type RedisClient } from '../redis/redis.js';

export type ManifestDraft = Omit<ModelManifest, 'tokenizer_sha256' | 'registered_at'>;

export interface ModelRegistryOptions extends Omit<QueueAddress, 'queue'> {
  /** Milliseconds. Default 1500. */
  commandTimeoutMs?: number;
  onError?: OnError;
}

/**
 * What workers have said about the models they serve. Entries have no TTL: gateways go on accepting work, with the right
 * image size and limits, while no worker runs.
 */
export class ModelRegistry {
  readonly #redis: RedisClient;
  readonly #keys: ReturnType<typeof modelKeys>;

  constructor({ redisUrl, namespace, commandTimeoutMs = 1500, onError = () => undefined }: ModelRegistryOptions) {
    this.#redis = producerRedis(redisUrl, commandTimeoutMs, onError);
    this.#keys = modelKeys(namespace);
  }

  /** Connects. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await open(this.#redis);
  }

  /** Stores the manifest, replacing that of the same model, and the tokenizer it names. */
  async register(draft: ManifestDraft, tokenizerJson: string): Promise<ModelManifest> {
    const tokenizer_sha256 = createHash('sha256').update(tokenizerJson).digest('hex');
    const manifest = modelManifest.parse({ ...draft, tokenizer_sha256, registered_at: new Date().toISOString() });
    await asking(() =>
      this.#redis
        .multi()
        .set(this.#keys.tokenizer(tokenizer_sha256), tokenizerJson)
        .hset(this.#keys.manifests, manifest.model, JSON.stringify(manifest))
        .exec()
        .then(throwFirstError),
    );
    return manifest;
  }

  /** All registered models, the most recently registered first; none when no worker has ever registered. */
  async list(): Promise<ModelManifest[]> {
    const entries = await asking(() => this.#redis.hvals(this.#keys.manifests));
    return entries
      .map((entry) => modelManifest.parse(JSON.parse(entry)))
      .sort((a, b) => b.registered_at.localeCompare(a.registered_at));
  }

  /** The tokenizer.json with this hash. @throws BlipqError `model_unavailable` when it is not there. */
  async tokenizer(sha256: string): Promise<string> {
    const json = await asking(() => this.#redis.get(this.#keys.tokenizer(sha256)));
    if (json === null) throw new BlipqError('model_unavailable', `The tokenizer ${sha256} is not registered.`);
    return json;
  }

  async stop(): Promise<void> {
    this.#redis.disconnect();
  }
}

function throwFirstError(replies: [Error | null, unknown][] | null): void {
  for (const [error] of replies ?? []) if (error !== null) throw error;
}
