import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** What a server needs of a registry to answer `/metrics`. */
export type MetricsText = Pick<Registry, 'contentType' | 'metrics'>;

/**
 * The metrics of one process: those that every BlipQ process has, and a registry for its own. Beside `blipq_…` that is
 * Prometheus's usual `process_…` and `nodejs_…` (event loop, heap, garbage collection).
 */
export class ProcessMetrics {
  readonly registry = new Registry();
  readonly #redisErrors: Counter;
  #persists: () => boolean | undefined = () => undefined;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.#redisErrors = new Counter({
      name: 'blipq_redis_errors_total',
      help: 'Errors of connections to Redis and of work in the background that needs it',
      registers: [this.registry],
    });
    const whether = () => this.#persists();
    new Gauge({
      name: 'blipq_redis_persistent',
      help: 'Whether Redis persists its data (1) or would lose it at its end (0)',
      registers: [this.registry],
      collect() {
        const persists = whether();
        if (persists === undefined) this.reset();
        else this.set(Number(persists));
      },
    });
  }

  /** @param persists whether Redis writes to its disk; undefined before one was seen */
  redisPersists(persists: () => boolean | undefined): void {
    this.#persists = persists;
  }

  /** Counts one. */
  redisError(): void {
    this.#redisErrors.inc();
  }
}
