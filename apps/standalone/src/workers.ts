import { type ServicePart, StartupError } from '@blipq/service';
import type { SupervisedProcess } from './supervised-process.js';

export interface WorkersOptions {
  /** The worker of each model, by the model's name. */
  workers: ReadonlyMap<string, Pick<SupervisedProcess, 'start' | 'stop'>>;
  /** Prints a sentence for the person at the terminal. */
  say(text: string): void;
}

/** A worker for each model. They start together, and one that cannot start takes none of the others down. */
export class Workers implements ServicePart {
  readonly #options: WorkersOptions;
  readonly #states = new Map<string, 'loading' | 'ready' | 'failed'>();
  #starting: Promise<unknown> = Promise.resolve();
  #stopping = false;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /** Models whose worker has started, has neither started nor failed, or could not start. */
  models(state: 'loading' | 'ready' | 'failed'): string[] {
    return [...this.#states].filter(([, its]) => its === state).map(([model]) => model);
  }

  /**
   * Resolves when the first worker is ready.
   *
   * @throws StartupError with each worker's reason when none can start
   */
  async start(): Promise<void> {
    const starts = [...this.#options.workers].map(([model, worker]) => this.#start(model, worker));
    this.#starting = Promise.allSettled(starts);
    try {
      await Promise.any(starts);
    } catch (error) {
      const reasons = (error as AggregateError).errors.map(({ message }) => message);
      throw new StartupError([...new Set(reasons)].join('\n'));
    }
  }

  /** Resolves when no worker is loading any more. */
  async settled(): Promise<void> {
    await this.#starting;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#options.workers.values()].map((worker) => worker.stop()));
  }

  async #start(model: string, worker: ServicePart): Promise<void> {
    const { workers, say } = this.#options;
    this.#states.set(model, 'loading');
    try {
      await worker.start();
      this.#states.set(model, 'ready');
    } catch (error) {
      this.#states.set(model, 'failed');
      if (workers.size > 1 && !this.#stopping) say(`${model} is not served: ${(error as Error).message}`);
      throw error;
    }
  }
}
