/** Full batches that must succeed before one row more is tried: memory that ran out once may run out again. */
const fullBatches = 50;
/** How much the latest batch says about the time that the next one takes per row. */
const weight = 0.2;

export interface BatchBounds {
  /** Most rows in one batch. */
  max: number;
  /** Milliseconds that a batch of several rows should take at most; Infinity for no bound. */
  ms: number;
}

/**
 * How many rows a batch may have. For the sake of memory, half of those with which it ran out, and from there one more
 * after each 50 full batches: a limit that is too high costs one batch in fifty its first try, and a shortage that has
 * passed is forgotten. For the sake of those who wait, as many as fit into a time, by the mean time of a row.
 */
export class BatchLimit {
  readonly #bounds: BatchBounds;
  #rows: number;
  #full = 0;
  #rowMs = 0;

  constructor(bounds: BatchBounds) {
    this.#bounds = bounds;
    this.#rows = bounds.max;
  }

  /** Rows for which there is memory. */
  get rows(): number {
    return this.#rows;
  }

  /** Rows for which there is memory and time. */
  get timely(): number {
    return Math.min(this.#rows, Math.max(1, Math.floor(this.#bounds.ms / this.#rowMs)));
  }

  /** Mean milliseconds of a row, 0 before the first batch. */
  get rowMs(): number {
    return this.#rowMs;
  }

  /** A batch of `rows` succeeded, in `ms`. */
  passed(rows: number, ms: number): void {
    const seen = ms / rows;
    this.#rowMs = this.#rowMs === 0 ? seen : this.#rowMs + weight * (seen - this.#rowMs);
    if (rows < this.#rows || this.#rows === this.#bounds.max) return;
    this.#full += 1;
    if (this.#full < fullBatches) return;
    this.#full = 0;
    this.#rows += 1;
  }

  /** Memory ran out, or is likely to have run out, with `rows` in a batch. */
  exceeded(rows: number): void {
    this.#full = 0;
    if (rows > 1) this.#rows = Math.min(this.#rows, Math.ceil(rows / 2));
  }
}
