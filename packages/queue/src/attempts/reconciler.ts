import { BlipqError, failedWith } from '@blipq/contracts';
import type { Job } from 'bullmq';
import { stalledTooOften } from '../lua/bullmq.js';
import { addJob, JobQueues, stallsMax } from '../records/jobs.js';
import { type QueueKeys, queueKeys } from '../redis/keys.js';
import { consumerRedis, type OnError, open, type QueueAddress, type RedisClient } from '../redis/redis-client.js';
import { answerMs, settlesWithin } from '../redis/settles-within.js';
import { Records } from './records.js';

export interface ReconcilerOptions extends QueueAddress {
  /** How often it sweeps, in milliseconds. Default 5000. */
  everyMs?: number;
  /** Told what each of its own sweeps did. */
  onSweep?: (sweep: Sweep) => void;
  onError?: OnError;
}

/** What a sweep did with the captions it looked at. */
export interface Sweep {
  /** Their job was missing and was added again. */
  requeued: string[];
  /** They ended: BullMQ had given them up (`worker_lost`), their pixels had expired, or their deadline had passed. */
  ended: string[];
}

/** How long a caption that is in order is left alone, in milliseconds. */
const nextLookMs = 60_000;
/**
 * How long work that BullMQ has given up can still be claimed by a worker that was only cut off, in milliseconds. It tries
 * to reach Redis every second.
 */
const graceMs = 5000;
/** Deadlines are looked at so many times as often as everything else: they hold to 2 s. */
const expiriesPerSweep = 10;
/** Steps on their way to Redis together, so that it does not wait for this process. */
const expiriesAtOnce = 4;
const sweepSize = 100;
const sweepRounds = 10;

/**
 * Repairs what a crash between two writes leaves behind, and ends captions at their deadlines. It looks at every caption
 * that has not ended: 10 s after its submission, then every minute. Any number of reconcilers may run at once; each repair
 * is idempotent.
 */
export class Reconciler {
  readonly #redis: RedisClient;
  readonly #keys: QueueKeys;
  readonly #records: Records;
  readonly #everyMs: number;
  readonly #onSweep: (sweep: Sweep) => void;
  readonly #onError: OnError;
  #jobs: JobQueues | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<unknown> | undefined;

  constructor({ everyMs = 5000, onSweep = () => undefined, onError = () => undefined, ...address }: ReconcilerOptions) {
    this.#redis = consumerRedis(address.redisUrl, onError);
    this.#keys = queueKeys(address);
    this.#records = new Records(this.#redis, this.#keys);
    this.#everyMs = everyMs;
    this.#onSweep = onSweep;
    this.#onError = onError;
  }

  /** Sweeps from now on. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await open(this.#redis);
    this.#jobs = new JobQueues(this.#redis, this.#keys, this.#onError);
    let turn = 0;
    this.#timer = setInterval(() => {
      turn += 1;
      this.#sweeping ??= (turn % expiriesPerSweep === 0 ? this.sweep() : this.#expiries())
        .then(this.#onSweep)
        .catch(this.#onError)
        .finally(() => {
          this.#sweeping = undefined;
        });
    }, this.#everyMs / expiriesPerSweep);
  }

  /** Looks at the captions that are due, up to 1000. */
  async sweep(): Promise<Sweep> {
    const sweep: Sweep = { requeued: [], ended: await this.expire() };
    for (let round = 0; round < sweepRounds; round += 1) {
      const due = await this.#records.due(sweepSize, nextLookMs);
      await Promise.all(
        due.map(async (id) => {
          const repair = await this.settle(id);
          if (repair !== undefined) sweep[repair].push(id);
        }),
      );
      if (due.length < sweepSize) break;
    }
    await this.#records.sealAbandonedBatches(sweepSize);
    return sweep;
  }

  async #expiries(): Promise<Sweep> {
    return { requeued: [], ended: await this.expire() };
  }

  /** Ends all work whose deadline has passed without an attempt. Returns the ids. */
  async expire(): Promise<string[]> {
    const ended: string[] = [];
    for (;;) {
      const some = await Promise.all(Array.from({ length: expiriesAtOnce }, () => this.#records.expire(sweepSize)));
      ended.push(...some.flatMap(({ expired }) => expired));
      if (some.some(({ passed }) => passed < sweepSize)) return ended;
    }
  }

  /** Compares a caption's record with its job and repairs whichever is behind. Returns what it did, if anything. */
  async settle(id: string): Promise<keyof Sweep | undefined> {
    const { jobs, fetchToken } = await this.#records.place(id);
    if (jobs === null) {
      await this.#records.forget(id);
      return undefined;
    }
    if (fetchToken !== null) {
      return (await this.#records.releaseFetch(id)) === 'released' ? 'requeued' : undefined;
    }
    if (await this.#records.endWithoutInput(id)) return 'ended';
    const job = await this.#jobs!.of(jobs).getJob(id);
    const state = job === undefined ? 'missing' : await job.getState();
    if (state === 'failed' || state === 'completed') return await this.#end(id, job!);
    // A job in no list, which only a Redis that did half of a transaction can have left, would never be taken.
    if (state === 'unknown') return await this.#enqueueAnew(id, job!);
    if (state === 'missing') return await this.#enqueue(id);
    // Pauses before another attempt are over by now, unless the clock of the worker that began one is ahead. Fails when
    // somebody else was quicker.
    if (state === 'delayed') await job?.promote().catch(() => undefined);
    await this.#records.lookLater(id, nextLookMs);
    return undefined;
  }

  async #enqueue(id: string): Promise<'requeued' | undefined> {
    const { jobs, turn } = await this.#records.place(id);
    const written = await this.#records.requeue(id, null);
    if (written === 'written') {
      await addJob(this.#jobs!.of(jobs!), id, turn!);
      await this.#records.lookLater(id, nextLookMs);
      return 'requeued';
    }
    if (written !== 'stale') await this.#records.forget(id);
    return undefined;
  }

  async #enqueueAnew(id: string, job: Job): Promise<'requeued' | undefined> {
    await job.remove();
    return await this.#enqueue(id);
  }

  async #end(id: string, job: Job): Promise<keyof Sweep | undefined> {
    const { failedReason: reason = 'its job ended without a result' } = job;
    const error = new BlipqError('worker_lost', `The caption was given up: ${reason}.`);
    const silencesMin = reason === stalledTooOften ? stallsMax + 1 : undefined;
    const written = await this.#records.giveUp(id, failedWith(error), graceMs, silencesMin);
    if (written === 'unbegun') return await this.#enqueueAnew(id, job);
    if (written === 'early') return undefined;
    if (written === 'written' || written === 'canceled') return 'ended';
    if (written !== 'stale') await this.#records.forget(id);
    return undefined;
  }

  /** Lets a running sweep end, unless Redis is away. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#redis.status === 'ready') await settlesWithin(answerMs, this.#sweeping);
    await this.#jobs?.close();
    this.#redis.disconnect();
  }
}
