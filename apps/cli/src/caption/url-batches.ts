import { randomUUID } from 'node:crypto';
import { type Batches, type BatchItem, BlipqError, type components, type ErrorCode } from '@blipq/client';
import type { BatchJournal } from './batch-journal.js';

type Result = components['schemas']['BatchResult'];
type Resource = NonNullable<Result['data']>;

/** Images in one batch, and batches under way at once, at most. */
const bounds = { items: 1000, batches: 4 };
/** How long the first of a batch waits for others, and one that the server had no room for before it is sent again. */
const pauseMs = { gather: 50, again: 2000 };

interface Waiting {
  key: string;
  item: BatchItem;
  since: number;
  resolve(resource: Resource): void;
  reject(error: unknown): void;
}

export interface UrlBatchesOptions {
  batches: Batches;
  /** Names the run in the metadata of its batches. */
  run: string;
  journal: BatchJournal;
  /** How long a full server is asked again. */
  retryForMs: number;
}

/** Has a server fetch images and caption them, in batches, and tells of each image what became of it. */
export class UrlBatches {
  /** Images of use at once: those in batches, and as many that wait for one. */
  static readonly imagesMax = 2 * bounds.items * bounds.batches;
  readonly #options: UrlBatchesOptions;
  /** By key: an image that is in the list twice is sent once. */
  readonly #open = new Map<string, { waiting: Waiting; outcome: Promise<Resource> }>();
  #gathered: Waiting[] = [];
  #sending = 0;
  /** What batches of earlier runs say of images that are not asked for yet. */
  readonly #known = new Map<string, Result>();
  /** Ids of the batches of earlier runs by their names, and what is being read of them. */
  #earlier: Promise<Map<string, string>> | undefined;
  readonly #readings = new Map<string, Promise<void>>();

  constructor(options: UrlBatchesOptions) {
    this.#options = options;
  }

  /** Images on their way. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * @param key the same for the same image of the same run
   * @throws BlipqError, also for work that ends without a result; the signal's reason
   */
  async caption(item: BatchItem, key: string, signal: AbortSignal): Promise<Resource> {
    const same = this.#open.get(key);
    if (same !== undefined) return await same.outcome;
    let waiting!: Waiting;
    const outcome = new Promise<Resource>((resolve, reject) => {
      waiting = { key, item: { ...item, key }, since: Date.now(), resolve, reject };
    });
    this.#open.set(key, { waiting, outcome });
    const known = this.#known.get(key);
    this.#known.delete(key);
    const batch = this.#options.journal.batchOf(key);
    if (known !== undefined) this.#settle(known, signal);
    else if (batch === undefined) this.#gather(waiting, signal);
    else void this.#readEarlier(batch, signal).then(() => this.#unlessRead(key, signal), this.#reject(key));
    return await outcome;
  }

  #gather(one: Waiting, signal: AbortSignal): void {
    const count = this.#gathered.push(one);
    if (count === 1) setTimeout(() => this.#send(signal), pauseMs.gather);
    if (count === bounds.items) void this.#send(signal);
  }

  async #send(signal: AbortSignal): Promise<void> {
    if (this.#sending === bounds.batches || this.#gathered.length === 0) return;
    this.#sending++;
    const group = this.#gathered.splice(0, bounds.items);
    const keys = group.map(({ key }) => key);
    try {
      signal.throwIfAborted();
      const { batches, run, journal } = this.#options;
      const batch = randomUUID();
      journal.note(batch, keys);
      // No abort cuts this short: only by its id can the batch be canceled.
      const items = group.map(({ item }) => item);
      const { id } = await batches.create(items, { idempotencyKey: batch, metadata: { run, batch } });
      await this.#read(id, signal);
      for (const key of keys) this.#reject(key)(new BlipqError('bad_response', 'the batch ended without it', false));
    } catch (error) {
      for (const key of keys) this.#reject(key)(error);
    }
    this.#sending--;
    void this.#send(signal);
  }

  /** Takes what became of the images of a batch as they end. An abort cancels the others. */
  async #read(id: string, signal: AbortSignal): Promise<void> {
    const { batches } = this.#options;
    try {
      for await (const result of batches.results(id, { signal })) this.#settle(result, signal);
    } catch (error) {
      if (signal.aborted) void batches.cancel(id).catch(() => {});
      throw error;
    }
  }

  #settle(result: Result, signal: AbortSignal): void {
    const { key, status, data, error } = result;
    if (key === null) return;
    const { retryForMs, journal } = this.#options;
    const one = this.#open.get(key)?.waiting;
    if (one === undefined) {
      if (journal.batchOf(key) !== undefined) this.#known.set(key, result);
      return;
    }
    const late = error?.code !== 'tenant_queue_full' && Date.now() - one.since > retryForMs;
    if (status === 'refused' && error?.retryable && !late) {
      setTimeout(() => this.#gather(one, signal), pauseMs.again);
      return;
    }
    this.#open.delete(key);
    if (data !== null && status === 'succeeded') one.resolve(data);
    else if (error !== null) one.reject(new BlipqError(error.code, error.detail, error.retryable));
    else one.reject(new BlipqError(codeOf(status), `It was ${status}.`, false));
  }

  #reject(key: string): (error: unknown) => void {
    return (error) => {
      this.#open.get(key)?.waiting.reject(error);
      this.#open.delete(key);
    };
  }

  /** Reads a batch of an earlier run, once, if the server still has it. */
  async #readEarlier(batch: string, signal: AbortSignal): Promise<void> {
    const reading = this.#readings.get(batch) ?? this.#readNamed(batch, signal);
    this.#readings.set(batch, reading);
    await reading;
  }

  async #readNamed(batch: string, signal: AbortSignal): Promise<void> {
    this.#earlier ??= this.#idsOfRun(signal);
    const id = (await this.#earlier).get(batch);
    if (id === undefined) return;
    await this.#read(id, signal).catch((error: unknown) => {
      const isGone = error instanceof BlipqError && ['not_found', 'result_expired'].includes(error.code);
      if (!isGone) throw error;
    });
  }

  async #idsOfRun(signal: AbortSignal): Promise<Map<string, string>> {
    const { batches, run } = this.#options;
    const ids = new Map<string, string>();
    for await (const { id, metadata } of batches.list({ limit: 100, signal })) {
      if (metadata.run === run && metadata.batch !== undefined) ids.set(metadata.batch, id);
    }
    return ids;
  }

  /** Sends what its earlier batch said nothing of. */
  #unlessRead(key: string, signal: AbortSignal): void {
    this.#options.journal.forget(key);
    const one = this.#open.get(key);
    if (one !== undefined) this.#gather(one.waiting, signal);
  }
}

function codeOf(status: Result['status']): ErrorCode {
  return (status === 'deleted' ? 'result_expired' : status) as ErrorCode;
}
