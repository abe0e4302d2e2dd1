/** Full batches that must succeed before one row more is tried: memory that ran out once may run out again. */
const fullBatches = 50;

/**
 * How many rows a batch may have. Half of those with which memory ran out, and from there one more after each 50 full
 * batches: a limit that is too high costs one batch in fifty its first try, and a shortage that has passed is forgotten.
 */
export class BatchLimit {
  readonly #max: number;
  #rows: number;
  #full = 0;

  constructor(max: number) {
    this.#max = max;
    this.#rows = max;
  }

  get rows(): number {
    return this.#rows;
  }

  /** A batch of `rows` succeeded. */
  passed(rows: number): void {
    if (rows < this.#rows || this.#rows === this.#max) return;
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
