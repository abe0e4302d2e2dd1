import type { Logger } from './logger.js';
import type { ProcessMetrics } from './process-metrics.js';
import { redisRefusal } from './redis-refusal.js';
import { Reminders } from './reminders.js';

/**
 * What a process tells of its Redis. In an outage each connection fails with each try to reconnect, a dozen times per
 * second: all are counted, but a kind of error is logged when it comes first, and then once a minute. When Redis is back,
 * that is said, and everything is new again.
 */
export class RedisReport {
  readonly #metrics: ProcessMetrics;
  readonly #logger: Logger;
  readonly #reminders = new Reminders();
  #errors = 0;

  constructor(metrics: ProcessMetrics, logger: Logger) {
    this.#metrics = metrics;
    this.#logger = logger;
  }

  readonly error = (error: Error & { code?: string }): void => {
    this.#metrics.redisError();
    this.#errors += 1;
    const refusal = redisRefusal(error);
    const silent = this.#reminders.due(refusal?.code ?? error.code ?? error.message);
    if (silent === undefined) return;
    const more = { ...(silent > 0 && { since_last: silent }) };
    if (refusal === undefined) this.#logger.warn({ err: error, ...more }, 'Redis');
    else this.#logger.warn({ code: refusal.code, reply: error.message, ...more }, `Redis ${refusal.sentence}`);
  };

  /** Redis answers, but not as it should. Of what has a code it is one kind with the errors of that code. */
  readonly warning = (sentence: string, code?: string): void => {
    if (code === undefined) this.#logger.warn(sentence);
    else if (this.#reminders.due(code) !== undefined) this.#logger.warn({ code }, sentence);
  };

  readonly recovery = (): void => {
    this.#logger.info({ errors: this.#errors }, 'Redis answers again');
    this.#reminders.forget();
    this.#errors = 0;
  };
}
