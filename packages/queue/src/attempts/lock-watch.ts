/** Looks in which a lock was not confirmed, after which it is not counted upon any more. */
const silentLooks = 10;

/**
 * Watches that Redis goes on confirming the locks of the jobs in hand. A worker that is cut off from Redis learns nothing
 * of it until it reconnects, by which time its locks may have run out and its jobs may be in other hands: no news for
 * `silenceMs` is news.
 *
 * The time is counted in tenths on this process's own timers. A process that was suspended, or blocked, sees one late
 * tenth and asks Redis before it gives anything up.
 */
export class LockWatch {
  readonly #silenceMs: number;
  readonly #onSilence: (id: string) => void;
  /** Looks since the lock of each job was last known to be ours. */
  readonly #looks = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param onSilence told once of each job whose lock was not confirmed for `silenceMs` */
  constructor(silenceMs: number, onSilence: (id: string) => void) {
    this.#silenceMs = silenceMs;
    this.#onSilence = onSilence;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), this.#silenceMs / silentLooks);
  }

  /** A job was taken, and with it its lock. */
  hold(id: string): void {
    this.#looks.set(id, 0);
  }

  /** The locks of these jobs were renewed just now. */
  confirm(ids: readonly string[]): void {
    for (const id of ids) if (this.#looks.has(id)) this.hold(id);
  }

  /** The job is no longer in hand. */
  release(id: string): void {
    this.#looks.delete(id);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const [id, looks] of this.#looks) {
      this.#looks.set(id, looks + 1);
      if (looks + 1 < silentLooks) continue;
      this.release(id);
      this.#onSilence(id);
    }
  }
}
