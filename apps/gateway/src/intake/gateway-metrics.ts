import { BlipqError } from '@blipq/contracts';
import type { Sweep } from '@blipq/queue';
import { Counter, Histogram, type Registry } from 'prom-client';

const preprocessBucketsS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** Metrics of this gateway's own work: submissions, images, repairs. */
export class GatewayMetrics {
  readonly #submissions;
  readonly #preprocess;
  readonly #repairs;
  readonly #fetches;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#submissions = new Counter({
      name: 'blipq_submissions_total',
      help: 'Submissions by outcome: queued, cached (a result of an equal caption was at hand), replayed (the same request came before), or the code of the error',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of ['queued', 'cached', 'replayed']) this.#submissions.inc({ outcome }, 0);
    this.#preprocess = new Histogram({
      name: 'blipq_preprocess_seconds',
      help: 'Time from an image file to pixels, waiting for a thread included',
      buckets: preprocessBucketsS,
      registers,
    });
    this.#fetches = new Counter({
      name: 'blipq_fetches_total',
      help: 'Images of batches that were fetched, by outcome: fetched, again (another try may succeed), back (there was no room), or the code of the error that the item failed with',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of ['fetched', 'again', 'back']) this.#fetches.inc({ outcome }, 0);
    this.#repairs = new Counter({
      name: 'blipq_reconciler_repairs_total',
      help: 'Captions that this process repaired: requeued (their job was missing) or ended (given up, or past their deadline)',
      labelNames: ['repair'],
      registers,
    });
    for (const repair of ['requeued', 'ended']) this.#repairs.inc({ repair }, 0);
  }

  /** Counts a submission by its outcome. */
  async submission<T extends { status: string }>(submit: () => Promise<T>): Promise<T> {
    try {
      const outcome = await submit();
      this.#submissions.inc({ outcome: outcome.status });
      return outcome;
    } catch (error) {
      this.#submissions.inc({ outcome: error instanceof BlipqError ? error.code : 'internal_error' });
      throw error;
    }
  }

  /** Times the preprocessing of an image if it succeeds. */
  async preprocess<T>(make: () => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    const made = await make();
    this.#preprocess.observe((performance.now() - startedMs) / 1000);
    return made;
  }

  /** Counts what became of an image of a batch that was to be fetched. */
  readonly fetched = (outcome: string): void => this.#fetches.inc({ outcome });

  /** Counts the repairs of a reconciler's sweep. */
  readonly swept = ({ requeued, ended }: Sweep): void => {
    this.#repairs.inc({ repair: 'requeued' }, requeued.length);
    this.#repairs.inc({ repair: 'ended' }, ended.length);
  };
}
