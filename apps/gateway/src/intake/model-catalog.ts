import { BlipTokenizer } from '@blipq/blip/tokenizer';
import { BlipqError, type ModelManifest, type Task, taskNames } from '@blipq/contracts';
import type { ModelRegistry } from '@blipq/queue';

/** Manifests older than this are read again. The gateway notices a new model within this time. */
const manifestAgeMaxMs = 5_000;

/** The model that a request is for. */
export interface CatalogModel {
  manifest: ModelManifest;
  tokenizer: BlipTokenizer;
}

/** The models that workers have registered, and their tokenizers, cached. */
export class ModelCatalog {
  readonly #registry: Pick<ModelRegistry, 'list' | 'tokenizer'>;
  readonly #tokenizers = new Map<string, BlipTokenizer>();
  #manifests: ModelManifest[] = [];
  #readAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<ModelManifest[]> | undefined;

  constructor(registry: Pick<ModelRegistry, 'list' | 'tokenizer'>) {
    this.#registry = registry;
  }

  /**
   * @param task that the model must do
   * @param name of a model; without one, the model of this task that was registered last
   * @throws BlipqError `model_unavailable` before any worker has registered a model of this task, `unknown_model`,
   *   `queue_unavailable`
   */
  async current(task: Task, name?: string): Promise<CatalogModel> {
    const manifest =
      name === undefined ? await this.newest(task) : (await this.list()).find(({ model }) => model === name);
    if (manifest === undefined) throw name === undefined ? noModelYet(task) : unknownModel(noSuchName, notServed);
    if (manifest.task !== task) {
      const where = `/v1/${taskNames[manifest.task].collection}`;
      throw unknownModel(`This model is for ${where}; GET /v1/models lists the task of each.`, `is for ${where}`);
    }
    return { manifest, tokenizer: await this.#tokenizer(manifest.tokenizer_sha256) };
  }

  /** The model of this task that was registered last. @throws BlipqError `queue_unavailable` */
  async newest(task: Task): Promise<ModelManifest | undefined> {
    return (await this.list()).find((one) => one.task === task);
  }

  /**
   * Resolves when there is a model to serve, of any task.
   * @throws BlipqError `model_unavailable`, `queue_unavailable`
   */
  async check(): Promise<void> {
    const [newest] = await this.list();
    await this.current(newest?.task ?? 'captioning', newest?.model);
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

function noModelYet(task: Task): BlipqError {
  const { collection } = taskNames[task];
  const detail = `No worker has registered a model for ${collection} yet. Start one, or wait for it.`;
  return new BlipqError('model_unavailable', detail, { retryAfterS: 5 });
}

const noSuchName = 'No model of this name is served; GET /v1/models lists those that are.';
const notServed = 'is not the name of a served model';

function unknownModel(detail: string, message: string): BlipqError {
  return new BlipqError('unknown_model', detail, { errors: [{ field: 'model', message }] });
}
