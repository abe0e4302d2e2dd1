import { BlipqError, type WorkOutcome } from '@blipq/contracts';
import type { FencedWrite, WorkHandler, WorkResult } from '@blipq/queue';
import { Counter, Histogram, type Registry } from 'prom-client';

const waitBucketsS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

/** What a worker makes, and how long callers wait for it. */
export class WorkerMetrics {
  readonly #attempts;
  readonly #errors;
  readonly #wait;
  readonly #total;
  readonly #tokens;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#attempts = new Counter({
      name: 'blipq_caption_attempts_total',
      help: 'Attempts by outcome: succeeded, failed, canceled, retried (it goes back to the queue) or lost (another worker has it)',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of ['succeeded', 'failed', 'canceled', 'retried', 'lost']) this.#attempts.inc({ outcome }, 0);
    this.#errors = new Counter({
      name: 'blipq_caption_errors_total',
      help: 'Errors of attempts by code, whether they are retried or not',
      labelNames: ['code'],
      registers,
    });
    const seconds = (name: string, help: string, buckets: number[]) =>
      new Histogram({ name, help, buckets, registers });
    this.#wait = seconds('blipq_wait_seconds', 'From the creation of a caption to its first attempt', waitBucketsS);
    this.#total = seconds('blipq_total_seconds', 'From the creation of a caption to its result', waitBucketsS);
    this.#tokens = new Counter({ name: 'blipq_tokens_total', help: 'Tokens generated', registers });
  }

  /** The handler, with what it makes counted and timed. */
  observed(handler: WorkHandler): WorkHandler {
    return async (work, signal) => {
      const startedMs = performance.now();
      if (work.attempt === 1) this.#wait.observe(work.waitMs / 1000);
      try {
        const made = await handler(work, signal);
        this.#total.observe((work.waitMs + performance.now() - startedMs) / 1000);
        this.#tokens.inc(tokensOf(made));
        return made;
      } catch (error) {
        // Given up on request, which is no error.
        if (!signal.aborted) this.#errors.inc({ code: error instanceof BlipqError ? error.code : 'internal_error' });
        throw error;
      }
    };
  }

  /** Counts an attempt by what was written of it. */
  attempted({ state }: WorkOutcome, written: FencedWrite, again: boolean): void {
    if (written === 'stale') this.#attempts.inc({ outcome: 'lost' });
    else if (written === 'canceled') this.#attempts.inc({ outcome: 'canceled' });
    else if (written === 'written' || written === 'passed_on')
      this.#attempts.inc({ outcome: again ? 'retried' : state });
  }
}

/** Tokens generated; matches generate none. */
function tokensOf(made: WorkResult): number {
  if ('caption' in made) return made.caption.tokens.length;
  return 'answers' in made ? made.answers.reduce((sum, { tokens }) => sum + tokens.length, 0) : 0;
}
