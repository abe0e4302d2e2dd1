export interface BackoffOptions {
  minMs: number;
  maxMs: number;
  /** A life of at least this long counts as healthy: the next delay starts from `minMs` again. */
  resetAfterMs: number;
  /** Uniform in [0, 1). */
  random?: () => number;
}

/** Exponential delays with jitter: the n-th is uniform between a half and the whole of `minMs · 2ⁿ`, at most `maxMs`. */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** The delay in milliseconds before the next attempt, after something lived for `livedMs`. */
  delayAfter(livedMs: number): number {
    const { minMs, maxMs, resetAfterMs, random = Math.random } = this.#options;
    if (livedMs >= resetAfterMs) this.#failures = 0;
    const wholeMs = Math.min(maxMs, minMs * 2 ** this.#failures);
    this.#failures += 1;
    return wholeMs * (0.5 + random() / 2);
  }
}
