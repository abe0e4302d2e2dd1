import { BlipqError } from '@blipq/contracts';
import { BatchLimit } from './batch-limit.js';

/** A row that takes the engine so long, in milliseconds, is worth the moment until the next one has come. */
const longRowMs = 100;
/** For so long after the latest row of a kind, batches allow for more of it. */
const mixedMs = 10_000;

export interface BatcherOptions<Row> {
  /** Most rows in one batch. */
  batchMax: number;
  /** Milliseconds that a batch of several rows should take at most. Default: no bound. */
  batchMs?: number | undefined;
  /** How many consumers run batches. Default 1. */
  engines?: number;
  /** Rows may share a batch when their keys are equal. */
  key: (row: Row) => string;
  /** The present, in milliseconds since any moment. Default: performance.now. */
  now?: () => number;
}

/** How a batch failed. `threw` and `out_of_memory` leave the engine alive; after `crashed` and `hung` it is gone. */
export interface BatchFailure {
  status: 'threw' | 'out_of_memory' | 'crashed' | 'hung';
  reason: string;
  /** The engine crashed as it does when memory runs out. */
  starved?: boolean;
}

/** `outputs` has one entry per row of the batch, in their order; `ms` is how long it took. */
export type BatchOutcome<Output> = { status: 'done'; outputs: Output[]; ms: number } | BatchFailure;

/** One row and the promise its caller holds. */
export interface Entry<Row, Output> {
  readonly row: Row;
  readonly signal: AbortSignal | undefined;
  /** One of many that their caller submitted at once. */
  readonly bulk: boolean;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: Error) => void;
  /** Set once the row was in a batch that failed, unless for want of memory: from then on it goes by itself. */
  alone: boolean;
  /** How many engines ended while they ran this row. */
  deaths: number;
}

/**
 * The rows that wait for an engine, and what becomes of them.
 *
 * There is no timer: rows gather while engines run, and `take` hands out all that fit when one is free again. After
 * a batch that failed, `settle` puts its rows back in front, each to be run alone: a row that ends the engine again, or
 * throws alone, fails by itself, so a row costs at most two engines and its batch-mates nothing but time. The rows of a
 * batch that memory did not suffice for go in halves, and batches stay that small for a while.
 *
 * While single rows come beside those of bulk, the single ones go first and by themselves, and bulk in brief batches.
 */
export class Batcher<Row, Output> {
  readonly #options: BatcherOptions<Row>;
  readonly #now: () => number;
  /** By key: what a row takes of memory depends on it. */
  readonly #limits = new Map<string, BatchLimit>();
  /** Of the latest batch. */
  #limit: BatchLimit;
  #waiting: Entry<Row, Output>[] = [];
  #sleepers: (() => void)[] = [];
  #closed = false;
  /** When the latest row of bulk came, and the latest other one. */
  #bulkAt = Number.NEGATIVE_INFINITY;
  #singleAt = Number.NEGATIVE_INFINITY;

  constructor(options: BatcherOptions<Row>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#limit = this.#newLimit();
  }

  /** Most rows in one batch just now for which there is memory, of the key for which they are fewest. */
  get batchMax(): number {
    return Math.min(this.#options.batchMax, ...[...this.#limits.values()].map(({ rows }) => rows));
  }

  /**
   * How many rows keep the engines busy: those of a batch of each and of the next one, if they are like the latest one's.
   * A row for each where batches are of one row and long, for what comes meanwhile need not wait for a row that came
   * before its turn did.
   */
  get rowsInHand(): number {
    const { engines = 1 } = this.#options;
    const { brief, timely, rowMs } = this.#limit;
    const rows = this.#isMixed ? brief : timely;
    return rows === 1 && rowMs >= longRowMs ? engines : (engines + 1) * rows;
  }

  /** Single rows come beside those of bulk. */
  get #isMixed(): boolean {
    return this.#now() - Math.min(this.#bulkAt, this.#singleAt) < mixedMs;
  }

  /**
   * Queues a row. Rejects with an AbortError when `signal` aborts while the row waits, and with a BlipqError
   * `worker_lost`, `timeout`, `inference_error`, `out_of_memory` or `shutting_down`. A row that was taken cannot be
   * aborted, only its second try can. `bulk`: one of many that their caller submitted at once.
   */
  async submit(row: Row, signal?: AbortSignal, bulk = false): Promise<Output> {
    if (this.#closed) throw shuttingDown();
    if (signal?.aborted) throw new AbortError(signal.reason);
    if (bulk) this.#bulkAt = this.#now();
    else this.#singleAt = this.#now();
    let onAbort: (() => void) | undefined;
    const output = new Promise<Output>((resolve, reject) => {
      const entry: Entry<Row, Output> = { row, signal, bulk, resolve, reject, alone: false, deaths: 0 };
      onAbort = () => this.#drop(entry);
      signal?.addEventListener('abort', onAbort);
      this.#waiting.push(entry);
      this.wake();
    });
    return output.finally(() => onAbort && signal?.removeEventListener('abort', onAbort));
  }

  /** Resolves when a row waits, at once if one does already, and on `wake` and `close`. */
  async available(): Promise<void> {
    if (this.#waiting.length > 0 || this.#closed) return;
    await new Promise<void>((resolve) => this.#sleepers.push(resolve));
  }

  /** Lets every `available` return although no row may wait. */
  wake(): void {
    for (const resolve of this.#sleepers.splice(0)) resolve();
  }

  /**
   * The next batch: the first row that waits and, in order of arrival, those that may share its batch. It leaves their
   * share of the rows to other engines that are idle: `idle` of them are, the one that takes included.
   */
  take(idle = 1): Entry<Row, Output>[] {
    const waiting = this.#inOrder();
    const [first] = waiting;
    if (first === undefined) return [];
    const share = Math.ceil(waiting.length / idle);
    const batch = first.alone ? [first] : this.#sharing(first, waiting).slice(0, share);
    const taken = new Set(batch);
    this.#waiting = this.#waiting.filter((entry) => !taken.has(entry));
    return batch;
  }

  /** Those of `waiting` that may share the batch of the first, as many as it may have. */
  #sharing(first: Entry<Row, Output>, waiting: readonly Entry<Row, Output>[]): Entry<Row, Output>[] {
    const { key } = this.#options;
    const shared = key(first.row);
    const mixed = this.#isMixed;
    const { brief, timely } = this.#limitOf(first);
    return waiting
      .filter((entry) => !entry.alone && key(entry.row) === shared && (!mixed || entry.bulk === first.bulk))
      .slice(0, mixed && first.bulk ? brief : timely);
  }

  /** Those that wait in the order in which they are taken: those that go alone, single rows before bulk. */
  #inOrder(): Entry<Row, Output>[] {
    if (!this.#isMixed) return this.#waiting;
    const place = ({ alone, bulk }: Entry<Row, Output>) => (alone ? 0 : bulk ? 2 : 1);
    return this.#waiting.toSorted((a, b) => place(a) - place(b));
  }

  /** Ends each row of a batch that was taken, or queues it for another try by itself. */
  settle(batch: Entry<Row, Output>[], outcome: BatchOutcome<Output>): void {
    if (outcome.status === 'done') {
      this.#limit = this.#limitOf(batch[0]!);
      this.#limit.passed(batch.length, outcome.ms);
      for (const [index, entry] of batch.entries()) entry.resolve(outcome.outputs[index]!);
      return;
    }
    const exhausted = outcome.status === 'out_of_memory';
    if (exhausted || outcome.starved) this.#limitOf(batch[0]!).exceeded(batch.length);
    const again = batch.filter((entry) => {
      if (outcome.status === 'crashed' || outcome.status === 'hung') entry.deaths += 1;
      if (!exhausted) entry.alone = true;
      const error = this.#failure(entry, batch.length, outcome);
      if (error !== undefined) entry.reject(error);
      return error === undefined;
    });
    this.#waiting.unshift(...again);
    this.wake();
  }

  /** Rejects every row that waits, and all that come or come back later, with `shutting_down`. */
  close(): void {
    this.#closed = true;
    for (const entry of this.#waiting.splice(0)) entry.reject(shuttingDown());
    this.wake();
  }

  /** Why a row of a failed batch gets no further try, undefined when it does. */
  #failure(entry: Entry<Row, Output>, rows: number, { status, reason }: BatchFailure): Error | undefined {
    if (status === 'threw' && rows === 1) return new BlipqError('inference_error', `The model failed: ${reason}`);
    if (status === 'out_of_memory' && rows === 1) {
      return new BlipqError('out_of_memory', 'The worker had not enough memory for this image alone.');
    }
    if (status === 'hung' && entry.deaths > 1) return new BlipqError('timeout', `It was tried twice: ${reason}`);
    if (status === 'crashed' && entry.deaths > 1) return new BlipqError('worker_lost', `It was tried twice: ${reason}`);
    if (entry.signal?.aborted) return new AbortError(entry.signal.reason);
    if (this.#closed) return shuttingDown();
    return undefined;
  }

  #limitOf({ row }: Entry<Row, Output>): BatchLimit {
    const key = this.#options.key(row);
    const limit = this.#limits.get(key) ?? this.#newLimit();
    this.#limits.set(key, limit);
    return limit;
  }

  #newLimit(): BatchLimit {
    const { batchMax, batchMs = Number.POSITIVE_INFINITY } = this.#options;
    return new BatchLimit({ max: batchMax, ms: batchMs });
  }

  #drop(entry: Entry<Row, Output>): void {
    const index = this.#waiting.indexOf(entry);
    if (index === -1) return;
    this.#waiting.splice(index, 1);
    entry.reject(new AbortError(entry.signal?.reason));
  }
}

/** The caller gave up on a row before the engine took it; `cause` is the signal's reason. */
export class AbortError extends Error {
  override readonly name = 'AbortError';

  constructor(cause: unknown) {
    super('The caption was given up before the engine took it.', { cause });
  }
}

function shuttingDown(): BlipqError {
  return new BlipqError('shutting_down', 'The engine is stopping; another worker can run this caption.');
}
