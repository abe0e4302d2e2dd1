/** Full batches that must succeed before one row more is tried: memory that ran out once may run out again. */
const fullBatches = 50;
/** How much the latest batch says about the time that the next one takes. */
const weight = 0.2;
/** The share of its rows per second that a brief batch keeps. */
const keptShare = 0.75;

export interface BatchBounds {
  /** Most rows in one batch. */
  max: number;
  /** Milliseconds that a batch of several rows should take at most; Infinity for no bound. */
  ms: number;
}

/**
 * How many rows a batch may have. For the sake of memory, half of those with which it ran out, and from there one more
 * after each 50 full batches: a limit that is too high costs one batch in fifty its first try, and a shortage that has
 * passed is forgotten. For the sake of those who wait, as many as fit into a time, by what batches have taken, and fewer
 * while they wait for the rows of others' batches.
 */
export class BatchLimit {
  readonly #bounds: BatchBounds;
  #rows: number;
  #full = 0;
  #rowMs = 0;
  /** Mean milliseconds of a batch of one row, 0 before the first. */
  #aloneMs = 0;
  /** Mean rows and milliseconds of batches of several rows, 0 before the first. */
  readonly #several = { rows: 0, ms: 0 };

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
    const { own, each } = this.#cost;
    return Math.min(this.#rows, Math.max(1, Math.floor((this.#bounds.ms - own) / each)));
  }

  /**
   * The fewest rows that keep three quarters of the rows per second of `timely`. On CPUs that is one row or a few, on GPUs
   * a third. All of them where there is no bound of time.
   */
  get brief(): number {
    const { timely } = this;
    if (this.#bounds.ms === Number.POSITIVE_INFINITY || !this.#isKnown) return timely;
    // Without a time of its own, a batch of one makes as much.
    const { own, each } = this.#cost;
    const perRow = own / timely + each;
    return Math.min(timely, Math.max(1, Math.ceil(own / (perRow / keptShare - each))));
  }

  /** Batches of one and of several rows have been seen. */
  get #isKnown(): boolean {
    return this.#aloneMs > 0 && this.#several.rows > 0;
  }

  /**
   * What a batch takes by itself and for each row, in milliseconds. The mean time of a row before both kinds of batches are
   * known, and where one of them is out of date, for then they contradict each other.
   */
  get #cost(): { own: number; each: number } {
    const { rows, ms } = this.#several;
    const each = this.#isKnown ? (ms - this.#aloneMs) / (rows - 1) : 0;
    const own = this.#aloneMs - each;
    return each > 0 && own > 0 ? { own, each } : { own: 0, each: this.#rowMs };
  }

  /** Mean milliseconds of a row, 0 before the first batch. */
  get rowMs(): number {
    return this.#rowMs;
  }

  /** A batch of `rows` succeeded, in `ms`. */
  passed(rows: number, ms: number): void {
    this.#rowMs = moved(this.#rowMs, ms / rows);
    if (rows === 1) this.#aloneMs = moved(this.#aloneMs, ms);
    else {
      this.#several.rows = moved(this.#several.rows, rows);
      this.#several.ms = moved(this.#several.ms, ms);
    }
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

/** A running mean, moved towards what was seen last; 0 has seen nothing. */
function moved(mean: number, seen: number): number {
  return mean === 0 ? seen : mean + weight * (seen - mean);
}
