import { Counter, collectDefaultMetrics, Registry } from 'prom-client';

/** What a server needs of a registry to answer `/metrics`. */
export type MetricsText = Pick<Registry, 'contentType' | 'metrics'>;

/**
 * The metrics of one process: those that every BlipQ process has, and a registry for its own. Beside `blipq_…` that is
 * Prometheus's usual `process_…` and `nodejs_…` (event loop, heap, garbage collection).
 */
export class ProcessMetrics {
  readonly registry = new Registry();
  readonly #redisErrors: Counter;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.#redisErrors = new Counter({
      name: 'blipq_redis_errors_total',
      help: 'Errors of connections to Redis and of work in the background that needs it',
      registers: [this.registry],
    });
  }

  /** Counts one. */
  redisError(): void {
    this.#redisErrors.inc();
  }
}
