import { BlipTokenizer } from '@blipq/blip/tokenizer';
import { BlipqError, type ModelManifest } from '@blipq/contracts';
import type { ModelRegistry } from '@blipq/queue';

/** How old the manifests may be before they are read again. A worker with a new model is noticed within this time. */
const manifestAgeMaxMs = 5_000;

export interface Served {
  manifest: ModelManifest;
  tokenizer: BlipTokenizer;
}

/** The models that captions can be made with, and their tokenizers, cached. */
export class ServedModel {
  readonly #registry: Pick<ModelRegistry, 'list' | 'tokenizer'>;
  readonly #tokenizers = new Map<string, BlipTokenizer>();
  #manifests: ModelManifest[] = [];
  #readAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<ModelManifest[]> | undefined;

  constructor(registry: Pick<ModelRegistry, 'list' | 'tokenizer'>) {
    this.#registry = registry;
  }

  /**
   * @param name of a model; without one, the model that was registered last
   * @throws BlipqError `model_unavailable` before any worker has registered a model, `unknown_model`,
   *   `queue_unavailable`
   */
  async current(name?: string): Promise<Served> {
    const manifests = await this.list();
    if (manifests.length === 0) {
      throw new BlipqError('model_unavailable', 'No worker has registered a model yet. Start one, or wait for it.', {
        retryAfterS: 5,
      });
    }
    const manifest = name === undefined ? manifests[0]! : manifests.find(({ model }) => model === name);
    if (manifest === undefined) {
      throw new BlipqError('unknown_model', 'No model of this name is served; GET /v1/models lists those that are.', {
        errors: [{ field: 'model', message: 'is not the name of a served model' }],
      });
    }
    return { manifest, tokenizer: await this.#tokenizer(manifest.tokenizer_sha256) };
  }

  /** All models, the one registered last first. @throws BlipqError `queue_unavailable` */
  async list(): Promise<ModelManifest[]> {
    if (this.#manifests.length > 0 && performance.now() - this.#readAtMs < manifestAgeMaxMs) return this.#manifests;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<ModelManifest[]> {
    this.#manifests = await this.#registry.list();
    this.#readAtMs = performance.now();
    return this.#manifests;
  }

  async #tokenizer(sha256: string): Promise<BlipTokenizer> {
    const known = this.#tokenizers.get(sha256);
    if (known) return known;
    const tokenizer = BlipTokenizer.fromJson(await this.#registry.tokenizer(sha256));
    this.#tokenizers.set(sha256, tokenizer);
    return tokenizer;
  }
}
