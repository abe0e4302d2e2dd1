import { BlipTokenizer } from '@blipq/blip/tokenizer';
import { BlipqError, type ModelManifest, type Task, taskNames } from '@blipq/contracts';
import type { ListedModel, ModelRegistry } from '@blipq/queue';

/**
 * Manifests older than this are read again, and so are those that lack what is asked for: a model that has just been
 * registered is found at once, and replaces an older one as its task's newest within this time.
 */
const manifestAgeMaxMs = 5_000;

/** The model that a request is for. */
export interface CatalogModel {
  manifest: ModelManifest;
  tokenizer: BlipTokenizer;
}

/** A model that workers have registered. */
export interface CatalogEntry extends ListedModel {
  /** When a worker last said that it serves the model, on this process's clock; undefined for workers that do not say. */
  lastSeenAt: Date | undefined;
  /** No worker has served it for so long that it takes no new work. */
  isRetired: boolean;
}

/** The models that workers have registered, and their tokenizers, cached. */
export class ModelCatalog {
  readonly #registry: Pick<ModelRegistry, 'list' | 'tokenizer'>;
  readonly #absentMaxMs: number;
  readonly #tokenizers = new Map<string, BlipTokenizer>();
  #models: CatalogEntry[] = [];
  #readAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<CatalogEntry[]> | undefined;

  /** @param absentMaxMs a model that no worker has served for longer is retired */
  constructor(registry: Pick<ModelRegistry, 'list' | 'tokenizer'>, absentMaxMs: number) {
    this.#registry = registry;
    this.#absentMaxMs = absentMaxMs;
  }

  /**
   * @param task that the model must do
   * @param name of a model; without one, the model of this task that was registered last
   * @throws BlipqError `model_unavailable` before any worker has registered a model of this task and for a retired
   *   one, `unknown_model`, `queue_unavailable`
   */
  async current(task: Task, name?: string): Promise<CatalogModel> {
    const found = await this.#find((models) =>
      name === undefined ? newestOf(models, task) : models.find(({ manifest }) => manifest.model === name),
    );
    if (found === undefined) throw name === undefined ? noModelYet(task) : unknownModel(noSuchName, notServed);
    const { manifest } = found;
    if (manifest.task !== task) {
      const where = `/v1/${taskNames[manifest.task].collection}`;
      throw unknownModel(`This model is for ${where}; GET /v1/models lists the task of each.`, `is for ${where}`);
    }
    if (found.isRetired) throw retiredModel(manifest.model, found.absentMs);
    return { manifest, tokenizer: await this.#tokenizer(manifest.tokenizer_sha256) };
  }

  /**
   * The model of this task that was registered last and that is not retired, if there is one.
   * @throws BlipqError `queue_unavailable`
   */
  async newest(task: Task): Promise<ModelManifest | undefined> {
    const newest = await this.#find((models) => newestOf(models, task));
    return newest?.isRetired ? undefined : newest?.manifest;
  }

  /**
   * Resolves when there is a model to serve, of any task.
   * @throws BlipqError `model_unavailable`, `queue_unavailable`
   */
  async check(): Promise<void> {
    const models = await this.list();
    const { manifest } = models.find(({ isRetired }) => !isRetired) ?? models[0] ?? {};
    await this.current(manifest?.task ?? 'captioning', manifest?.model);
  }

  /** All models, the one registered last first. @throws BlipqError `queue_unavailable` */
  async list(): Promise<CatalogEntry[]> {
    if (this.#models.length > 0 && performance.now() - this.#readAtMs < manifestAgeMaxMs) return this.#models;
    return await this.#readOnce();
  }

  async #find(choose: (models: CatalogEntry[]) => CatalogEntry | undefined): Promise<CatalogEntry | undefined> {
    const found = choose(await this.list());
    return found === undefined || found.isRetired ? choose(await this.#readOnce()) : found;
  }

  /** One read serves all that ask meanwhile. */
  #readOnce(): Promise<CatalogEntry[]> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<CatalogEntry[]> {
    const listed = await this.#registry.list();
    this.#models = listed.map((one) => ({
      ...one,
      lastSeenAt: one.absentMs === undefined ? undefined : new Date(Date.now() - one.absentMs),
      isRetired: (one.absentMs ?? 0) > this.#absentMaxMs,
    }));
    this.#readAtMs = performance.now();
    return this.#models;
  }

  async #tokenizer(sha256: string): Promise<BlipTokenizer> {
    const known = this.#tokenizers.get(sha256);
    if (known) return known;
    const tokenizer = BlipTokenizer.fromJson(await this.#registry.tokenizer(sha256));
    this.#tokenizers.set(sha256, tokenizer);
    return tokenizer;
  }
}

/** The one that was registered last, and before all others one that is not retired. */
function newestOf(models: CatalogEntry[], task: Task): CatalogEntry | undefined {
  const ofTask = models.filter(({ manifest }) => manifest.task === task);
  return ofTask.find(({ isRetired }) => !isRetired) ?? ofTask[0];
}

function retiredModel(model: string, absentMs = 0): BlipqError {
  const hours = Math.floor(absentMs / 3_600_000);
  const detail =
    `No worker has served the model ${model} for ${hours >= 48 ? `${Math.floor(hours / 24)} days` : `${hours} hours`}, ` +
    'so it takes no new work. Start a worker for it, or ask for another model; GET /v1/models lists them.';
  return new BlipqError('model_unavailable', detail, { retryAfterS: 60 });
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
