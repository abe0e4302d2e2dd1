import { setTimeout as delay } from 'node:timers/promises';
import { hashFields } from '../redis/hash-fields.js';
import type { OnError, RedisClient } from '../redis/redis-client.js';
import { answerMs, settlesWithin } from '../redis/settles-within.js';
import { addDeliveryJobs, type DeliveryJob, type DeliveryJobs, jobIdOf } from './delivery-jobs.js';
import type { DeliveryKeys } from './delivery-keys.js';
import { dropMoved } from './scripts/drop-moved.js';

const entriesMax = 200;
/** How long one read waits for entries, and how long after that a connection counts as dead, in milliseconds. */
const blockMs = 5000;
const patienceMs = 3000;

type Entry = [entryId: string, pairs: string[]];

/**
 * Moves entries from the outbox to the notifier's queue: job first, entry second and only if the job is there, so that a
 * crash between the two, of whatever, only has the same job added again. Any number of relays may run at once.
 */
export class OutboxRelay {
  readonly #reader: RedisClient;
  readonly #writer: RedisClient;
  readonly #jobs: DeliveryJobs;
  readonly #keys: DeliveryKeys;
  readonly #onError: OnError;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  /** @param reader a connection of its own, since its reads block */
  constructor(reader: RedisClient, writer: RedisClient, jobs: DeliveryJobs, keys: DeliveryKeys, onError: OnError) {
    this.#reader = reader;
    this.#writer = writer;
    this.#jobs = jobs;
    this.#keys = keys;
    this.#onError = onError;
  }

  start(): void {
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#move(await this.#read());
      } catch (error) {
        if (signal.aborted) return;
        this.#onError(error as Error);
        await delay(500, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** The oldest entries; waits for some. Those that were moved are gone, so it always reads from the beginning. */
  async #read(): Promise<Entry[]> {
    const watchdog = setTimeout(() => this.#reader.disconnect(true), blockMs + patienceMs);
    try {
      const reply = await this.#reader.xread('COUNT', entriesMax, 'BLOCK', blockMs, 'STREAMS', this.#keys.outbox, '0');
      return reply?.[0]?.[1] ?? [];
    } finally {
      clearTimeout(watchdog);
    }
  }

  async #move(entries: Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const jobs = entries.map(jobOf);
    await addDeliveryJobs(this.#jobs, jobs);
    const moved = jobs.map((job, n) => ({ entry: entries[n]![0], id: job.id, round: job.round, job: jobIdOf(job) }));
    await dropMoved({ redis: this.#writer, root: this.#keys.root }, moved);
  }

  /** Lets the move under way end, unless Redis is away. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#reader.disconnect();
    if (this.#writer.status === 'ready') await settlesWithin(answerMs, this.#running);
  }
}

function jobOf([, pairs]: Entry): DeliveryJob {
  const { id, round, url, tenant } = hashFields(pairs);
  return { id: id!, round: Number(round), url: url!, ...(tenant !== undefined && { tenant }) };
}
