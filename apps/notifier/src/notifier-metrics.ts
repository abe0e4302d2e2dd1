import type { DeliveryVerdict } from '@blipq/queue';
import { Counter, Histogram, type Registry } from 'prom-client';

/** Up to the longest that an attempt may take by default. */
const secondsBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

/** What becomes of webhooks. */
export class NotifierMetrics {
  readonly #attempts;
  readonly #failures;
  readonly #seconds;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#attempts = new Counter({
      name: 'blipq_webhook_attempts_total',
      help: 'Webhooks sent, by what follows: delivered, retry (later) or failed (given up)',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of ['delivered', 'retry', 'failed']) this.#attempts.inc({ outcome }, 0);
    this.#failures = new Counter({
      name: 'blipq_webhook_failures_total',
      help: 'Webhooks given up after an attempt, by reason',
      labelNames: ['reason'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'blipq_webhook_seconds',
      help: 'Time of one attempt to send a webhook',
      buckets: secondsBuckets,
      registers,
    });
  }

  /** Counts an attempt. */
  attempted(verdict: DeliveryVerdict): void {
    this.#attempts.inc({ outcome: verdict.status });
    this.#seconds.observe(verdict.attempt.duration_ms / 1000);
    if (verdict.status === 'failed') this.#failures.inc({ reason: verdict.reason });
  }
}
