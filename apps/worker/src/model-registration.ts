import { setTimeout as delay } from 'node:timers/promises';
import { type Engine, manifestOf } from '@blipq/engine';
import type { ModelRegistry } from '@blipq/queue';
import type { Logger, ServicePart } from '@blipq/service';

const retryMs = 1000;
const checkMs = 30_000;

/**
 * Keeps the engine's model registered for the gateways: from the start, as soon as Redis is there, and again should
 * Redis lose it. Every check also notes that a worker serves the model, so that gateways can tell a model without
 * workers.
 */
export class ModelRegistration implements ServicePart {
  readonly #engine: Pick<Engine, 'facts'>;
  readonly #registry: ModelRegistry;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #registered = false;

  constructor({
    engine,
    registry,
    logger,
  }: { engine: Pick<Engine, 'facts'>; registry: ModelRegistry; logger: Logger }) {
    this.#engine = engine;
    this.#registry = registry;
    this.#logger = logger;
  }

  /** Resolves when the model is registered, or when Redis has failed at it once. */
  async start(): Promise<void> {
    await new Promise<void>((tried) => {
      this.#running = this.#keep(tried);
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #keep(tried: () => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const kept = await this.#ensure().then(
        () => true,
        () => false,
      );
      tried();
      await delay(kept ? checkMs : retryMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #ensure(): Promise<void> {
    const { facts } = this.#engine;
    // Once registered, an entry of the same name is left alone: another revision is that of a newer worker.
    const isListed = await this.#registry.see(facts.model);
    if (this.#registered && isListed) return;
    const { model, revision } = await this.#registry.register(manifestOf(facts), facts.tokenizerJson);
    this.#registered = true;
    this.#logger.info({ model, revision }, 'model registered');
  }
}
