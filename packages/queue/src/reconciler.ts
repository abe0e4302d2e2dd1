import { BlipqError, failedWith } from '@blipq/contracts';
import type { Redis } from 'ioredis';
import { addJob, type Jobs, openJobs } from './jobs.js';
import { type QueueKeys, queueKeys } from './keys.js';
import type { RecordFields } from './record.js';
import { Records } from './records.js';
import { consumerRedis, type OnError, open, type QueueAddress } from './redis.js';
import { deferRecord, dueRecords } from './scripts.js';

export interface ReconcilerOptions extends QueueAddress {
  /** How long a caption is kept after its end, in seconds. Default 24 h. */
  retentionS?: number;
  /** How often it sweeps, in milliseconds. Default 5000. */
  everyMs?: number;
  onError?: OnError;
}

/** What a sweep did with the captions it looked at. */
export interface Sweep {
  /** Their job was missing and was added again. */
  requeued: string[];
  /** BullMQ had given them up; they ended as `worker_lost`. */
  ended: string[];
}

/** How long a caption that is in order is left alone, in milliseconds. */
const nextLookMs = 60_000;
const sweepSize = 100;

/**
 * Repairs what a crash between two writes leaves behind. It looks at every caption that has not ended: 10 s after its
 * submission, then every minute. Any number of reconcilers may run at once; each repair is idempotent.
 */
export class Reconciler {
  readonly #redis: Redis;
  readonly #keys: QueueKeys;
  readonly #records: Records;
  readonly #everyMs: number;
  readonly #onError: OnError;
  #jobs: Jobs | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<unknown> | undefined;

  constructor({ retentionS = 86_400, everyMs = 5000, onError = () => undefined, ...address }: ReconcilerOptions) {
    this.#redis = consumerRedis(address.redisUrl, onError);
    this.#keys = queueKeys(address);
    this.#records = new Records(this.#redis, this.#keys, retentionS);
    this.#everyMs = everyMs;
    this.#onError = onError;
  }

  /** Sweeps from now on. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await open(this.#redis);
    this.#jobs = openJobs(this.#redis, this.#keys, this.#onError);
    this.#timer = setInterval(() => {
      this.#sweeping ??= this.sweep()
        .catch(this.#onError)
        .finally(() => {
          this.#sweeping = undefined;
        });
    }, this.#everyMs);
  }

  /** Looks at the captions that are due, up to 100. */
  async sweep(): Promise<Sweep> {
    const sweep: Sweep = { requeued: [], ended: [] };
    const due = (await dueRecords(this.#redis, [this.#keys.open], [sweepSize])) as string[];
    for (const id of due) {
      const repair = await this.settle(id);
      if (repair !== undefined) sweep[repair].push(id);
    }
    return sweep;
  }

  /** Compares a caption's record with its job and repairs whichever is behind. Returns what it did, if anything. */
  async settle(id: string): Promise<keyof Sweep | undefined> {
    // The record is read first: a caption that ends meanwhile is then refused by the fence of the repairing write.
    const record = await this.#records.read(id);
    const job = await this.#jobs!.getJob(id);
    const state = job === undefined ? 'missing' : await job.getState();
    if (state === 'failed' || state === 'completed') return await this.#end(id, record, job?.failedReason);
    if (state === 'missing' || state === 'unknown') return await this.#enqueue(id, record);
    await this.#lookLater(id);
    return undefined;
  }

  async #enqueue(id: string, record: RecordFields): Promise<'requeued' | undefined> {
    const written = await this.#records.requeue(id, null);
    if (written === 'written') {
      await addJob(this.#jobs!, id, Number(record.priority));
      await this.#lookLater(id);
      return 'requeued';
    }
    if (written !== 'stale') await this.#forget(id);
    return undefined;
  }

  async #end(
    id: string,
    record: RecordFields,
    reason = 'its job ended without a result',
  ): Promise<'ended' | undefined> {
    const error = new BlipqError('worker_lost', `The caption was given up: ${reason}.`);
    const written = await this.#records.finish(id, null, record, failedWith(error));
    if (written === 'written') return 'ended';
    if (written !== 'stale') await this.#forget(id);
    return undefined;
  }

  async #lookLater(id: string): Promise<void> {
    await deferRecord(this.#redis, [this.#keys.open], [id, nextLookMs]);
  }

  async #forget(id: string): Promise<void> {
    await this.#redis.zrem(this.#keys.open, id);
  }

  /** Lets a running sweep end, unless Redis is away. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#redis.status === 'ready') await this.#sweeping;
    await this.#jobs?.close();
    this.#redis.disconnect();
  }
}
