/**
 * Calls `onSilence` once when `feed` was not called for `limitMs`.
 *
 * The limit is counted in quarters on this process's own timers. A process that was suspended or blocked for longer
 * than the limit therefore sees one late quarter, reads what has arrived meanwhile, and does not blame the other side.
 */
export class Watchdog {
  readonly #timer: NodeJS.Timeout;
  #quarters = 0;

  constructor(limitMs: number, onSilence: () => void) {
    this.#timer = setInterval(() => {
      this.#quarters += 1;
      if (this.#quarters < 4) return;
      this.stop();
      onSilence();
    }, limitMs / 4);
  }

  feed(): void {
    this.#quarters = 0;
    this.#timer.refresh();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
