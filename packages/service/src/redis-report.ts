import type { Logger } from './logger.js';
import type { ProcessMetrics } from './process-metrics.js';

/** How often an outage is spoken of while it lasts, in milliseconds. */
const remindMs = 60_000;
/** Kinds of errors that are remembered. */
const kindsMax = 100;

interface Told {
  at: number;
  /** Errors since then that were not logged. */
  silent: number;
}

/**
 * What a process tells of its Redis. In an outage each connection fails with each try to reconnect, a dozen times per
 * second: all are counted, but a kind of error is logged when it comes first, and then once a minute. When Redis is back,
 * that is said, and everything is new again.
 */
export class RedisReport {
  readonly #metrics: ProcessMetrics;
  readonly #logger: Logger;
  /** By code or message. */
  readonly #told = new Map<string, Told>();
  #errors = 0;

  constructor(metrics: ProcessMetrics, logger: Logger) {
    this.#metrics = metrics;
    this.#logger = logger;
  }

  readonly error = (error: Error & { code?: string }): void => {
    this.#metrics.redisError();
    this.#errors += 1;
    const kind = error.code ?? error.message;
    const told = this.#told.get(kind);
    if (told !== undefined && Date.now() - told.at < remindMs) {
      told.silent += 1;
      return;
    }
    if (this.#told.size >= kindsMax) this.#told.clear();
    this.#told.set(kind, { at: Date.now(), silent: 0 });
    this.#logger.warn({ err: error, ...(told && { since_last: told.silent }) }, 'Redis');
  };

  /** Redis answers, but not as it should. */
  readonly warning = (sentence: string): void => this.#logger.warn(sentence);

  readonly recovery = (): void => {
    this.#logger.info({ errors: this.#errors }, 'Redis answers again');
    this.#told.clear();
    this.#errors = 0;
  };
}
