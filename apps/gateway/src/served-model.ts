import { BlipTokenizer } from '@blipq/blip/tokenizer';
import { BlipqError, type ModelManifest } from '@blipq/contracts';
import type { ModelRegistry } from '@blipq/queue';

/** How old a manifest may be before it is read again. A worker with a new model is noticed within this time. */
const manifestAgeMaxMs = 5_000;

export interface Served {
  manifest: ModelManifest;
  tokenizer: BlipTokenizer;
}

/** The model that new captions are made with: the one registered last, with its tokenizer, cached. */
export class ServedModel {
  readonly #registry: Pick<ModelRegistry, 'list' | 'tokenizer'>;
  #served: Served | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<Served> | undefined;

  constructor(registry: Pick<ModelRegistry, 'list' | 'tokenizer'>) {
    this.#registry = registry;
  }

  /** @throws BlipqError `model_unavailable` before any worker has registered a model, `queue_unavailable` */
  async current(): Promise<Served> {
    if (this.#served && performance.now() - this.#readAtMs < manifestAgeMaxMs) return this.#served;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<Served> {
    const [manifest] = await this.#registry.list();
    if (manifest === undefined) {
      throw new BlipqError('model_unavailable', 'No worker has registered a model yet. Start one, or wait for it.', {
        retryAfterS: 5,
      });
    }
    const served = { manifest, tokenizer: await this.#tokenizer(manifest.tokenizer_sha256) };
    this.#served = served;
    this.#readAtMs = performance.now();
    return served;
  }

  async #tokenizer(sha256: string): Promise<BlipTokenizer> {
    if (this.#served?.manifest.tokenizer_sha256 === sha256) return this.#served.tokenizer;
    return BlipTokenizer.fromJson(await this.#registry.tokenizer(sha256));
  }
}
