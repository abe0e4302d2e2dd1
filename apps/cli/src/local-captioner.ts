import { BlipTokenizer } from '@blipq/blip/tokenizer';
import { BlipqError, taskNames, type WorkInput, type WorkRequest, workInputOf } from '@blipq/contracts';
import { doWork, Engine, EngineRefusedError, manifestOf } from '@blipq/engine';
import { hubOptions, resolveModel } from '@blipq/hub';
import { PixelPool } from '@blipq/pixels';
import type { CaptionPlan } from './caption/caption-plan.js';
import type { Captioner } from './caption/captioner.js';
import type { CommandConfig } from './config.js';
import { fetchImage } from './fetch-image.js';
import { ItemError } from './inputs/item.js';
import type { ImageOutcome } from './outputs/outcome.js';
import type { ProgressDisplay } from './progress-display.js';
import { RunError } from './run-error.js';

/** As a worker has them. */
const engineBounds = { batchMax: 8, batchDeadlineMs: 120_000, stopGraceMs: 2000 };
/** One batch runs while the next one gathers; more would only hold pixels. */
const atOnce = 2 * engineBounds.batchMax;
const waitingMax = 64;
/** What can be asked of a server only. */
const onServersOnly = ['match', 'webhook', 'timeout_s', 'metadata'];

/** Captions by an engine of this process tree: the same pixels, parameters and graphs as with a server. */
export class LocalCaptioner implements Captioner {
  readonly model: Captioner['model'];
  readonly #engine: Engine;
  readonly #pool: PixelPool;
  readonly #input: WorkInput;
  readonly #concurrency: number | 'auto';

  private constructor(engine: Engine, pool: PixelPool, input: WorkInput, concurrency: number | 'auto') {
    this.#engine = engine;
    this.#pool = pool;
    this.#input = input;
    this.#concurrency = concurrency;
    const { model, revision, card } = engine.facts;
    this.model = { model, revision, note: card.note };
  }

  /**
   * Finds the model, downloads and builds it where it has to be, and starts the engine.
   *
   * @throws RunError, HubError, ModelError
   */
  static async open(
    plan: CaptionPlan,
    reference: string,
    config: CommandConfig,
    display: ProgressDisplay,
  ): Promise<LocalCaptioner> {
    const { asked, concurrency } = plan;
    const foreign = onServersOnly.find((name) => name in asked.request);
    if (foreign !== undefined) {
      const option = foreign === 'match' ? 'confidence' : foreign.replaceAll('_', '-');
      throw new RunError(`--${option} needs a server; leave it out with --local`, 2);
    }
    const onWarning = (text: string) => display.note(`warning: ${text}`);
    const { folder, name, adapter } = await resolveModel(reference, {
      ...hubOptions(config),
      onProgress: display.download,
      onWarning,
    });
    const engine = new Engine({
      ...engineBounds,
      checkpoint: async () => ({ checkpoint: folder, name, ...(adapter && { adapter: adapter.folder }) }),
      cacheDir: config.BLIPQ_CACHE,
      threads: config.BLIPQ_THREADS,
      precision: config.BLIPQ_PRECISION,
      device: config.BLIPQ_DEVICE,
      logger: quietLogger(display),
    });
    engine.on('progress', ({ phase }) => display.phase(phase));
    await engine.start().catch((error: unknown) => {
      throw error instanceof EngineRefusedError ? new RunError(error.message) : error;
    });
    try {
      const input = inputFor(engine, asked);
      const pool = new PixelPool({ threads: config.BLIPQ_THREADS, waitingMax });
      return new LocalCaptioner(engine, pool, input, concurrency);
    } catch (error) {
      await engine.stop();
      throw error;
    }
  }

  room(): number {
    return this.#concurrency === 'auto' ? atOnce : Math.min(this.#concurrency, waitingMax);
  }

  async caption(image: Uint8Array | string, _key: string, signal: AbortSignal): Promise<ImageOutcome> {
    try {
      const bytes = typeof image === 'string' ? await fetchImage(image, signal) : image;
      const { rgb } = await this.#pool.toPixels(bytes, this.#engine.facts.imageSize);
      const { batch: _, ...made } = await doWork(this.#engine, { ...this.#input, pixels: rgb }, signal);
      return { ...this.model, ...made };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof BlipqError) throw new ItemError(error.code, error.detail, { cause: error });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#pool.stop();
    await this.#engine.stop();
  }
}

/** What is asked, resolved as a gateway does it. @throws RunError */
function inputFor(engine: Engine, { kind, request }: CaptionPlan['asked']): WorkInput {
  const { facts } = engine;
  if (taskNames[facts.task].collection !== kind) {
    const does = `is a model for ${taskNames[facts.task].collection}`;
    throw new RunError(`${facts.model} ${does}; name one for ${kind} with --model`, 2);
  }
  const tokenizer = BlipTokenizer.fromJson(facts.tokenizerJson);
  try {
    return workInputOf(request as unknown as WorkRequest, { manifest: manifestOf(facts), tokenizer });
  } catch (error) {
    if (error instanceof BlipqError) throw new RunError(error.detail, 2, { cause: error });
    throw error;
  }
}

/** The engine's own troubles, one line each. */
function quietLogger(display: ProgressDisplay) {
  const tell = (_fields: object, text: string) => display.note(`warning: ${text}`);
  return { debug: () => {}, info: () => {}, warn: tell, error: tell };
}
