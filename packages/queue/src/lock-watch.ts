/**
 * Watches that Redis goes on confirming the locks of the jobs in hand. A worker that is cut off from Redis learns nothing
 * of it until it reconnects, by which time its locks may have run out and its jobs may be in other hands: no news for
 * `silenceMs` is news.
 */
export class LockWatch {
  readonly #silenceMs: number;
  readonly #onSilence: (id: string) => void;
  /** When each job's lock was last known to be ours, on this process's monotonic clock. */
  readonly #confirmedMs = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param onSilence told once of each job whose lock was not confirmed for `silenceMs` */
  constructor(silenceMs: number, onSilence: (id: string) => void) {
    this.#silenceMs = silenceMs;
    this.#onSilence = onSilence;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), this.#silenceMs / 10);
  }

  /** A job was taken, and with it its lock. */
  hold(id: string): void {
    this.#confirmedMs.set(id, performance.now());
  }

  /** The locks of these jobs were renewed just now. */
  confirm(ids: readonly string[]): void {
    for (const id of ids) if (this.#confirmedMs.has(id)) this.hold(id);
  }

  /** The job is no longer in hand. */
  release(id: string): void {
    this.#confirmedMs.delete(id);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const oldestMs = performance.now() - this.#silenceMs;
    for (const [id, confirmedMs] of this.#confirmedMs) {
      if (confirmedMs > oldestMs) continue;
      this.release(id);
      this.#onSilence(id);
    }
  }
}
