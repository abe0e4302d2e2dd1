import type { CaptionResource, Task } from '@blipq/contracts';
import { Redis } from 'ioredis';
import { expect, vi } from 'vitest';
import { Reconciler } from '../attempts/reconciler.js';
import { WorkConsumer, type WorkConsumerOptions } from '../attempts/work-consumer.js';
import type { WorkHandler } from '../attempts/work-handler.js';
import { WorkQueue } from '../callers/work-queue.js';
import type { WorkQueueOptions } from '../callers/work-queue-options.js';
import { queueKeys } from '../redis/keys.js';
import { freshNamespace, patient, serves } from './fixtures.js';

/** A queue in a namespace of its own, and what a test does around it. */
export class TestQueue {
  readonly redisUrl: string;
  readonly namespace = freshNamespace();
  readonly keys = queueKeys({ namespace: this.namespace });
  readonly redis: Redis;
  readonly queue: WorkQueue;
  readonly #stops: (() => Promise<void>)[] = [];

  constructor(redisUrl: string, options: Partial<WorkQueueOptions> = {}) {
    this.redisUrl = redisUrl;
    this.redis = new Redis(redisUrl);
    // What only polling finds, it finds too late for any test here.
    this.queue = new WorkQueue({ redisUrl, namespace: this.namespace, ...patient, pollMs: 300_000, ...options });
  }

  async start(): Promise<this> {
    await this.queue.start();
    // From here on nothing that is published is missed.
    await vi.waitFor(async () => expect((await this.redis.pubsub('NUMSUB', this.keys.states))[1]).toBe(1));
    return this;
  }

  async consume(handler: WorkHandler<'captioning'>, options: Partial<WorkConsumerOptions> = {}): Promise<WorkConsumer> {
    return await this.consumeFor({ serves, handler, ...options });
  }

  /** The same for work of any task. */
  async consumeFor<T extends Task>(
    options: Pick<WorkConsumerOptions<T>, 'serves' | 'handler'> & Partial<WorkConsumerOptions<T>>,
  ): Promise<WorkConsumer<T>> {
    const { redisUrl, namespace } = this;
    const worker = new WorkConsumer({ redisUrl, namespace, concurrency: 4, ...options });
    this.#stops.push(() => worker.stop());
    await worker.start();
    return worker;
  }

  async reconciler(): Promise<Reconciler> {
    const { redisUrl, namespace } = this;
    const reconciler = new Reconciler({ redisUrl, namespace, everyMs: 3_600_000 });
    this.#stops.push(() => reconciler.stop());
    await reconciler.start();
    return reconciler;
  }

  async ended(id: string, tenant?: string): Promise<CaptionResource> {
    const outcome = await this.queue.wait(id, { timeoutMs: 120_000, ...(tenant !== undefined && { tenant }) });
    if (outcome.status !== 'finished') throw new Error(`expected ${id} to finish, but it is ${outcome.status}`);
    return outcome.work;
  }

  /** What is kept of captions: every key of a kind, or of all, but BullMQ's own. */
  async stored(kind = '*'): Promise<string[]> {
    const keys = await this.redis.keys(`${this.keys.root}:${kind}*`);
    return keys.filter((key) => !key.includes(':jobs:')).sort();
  }

  /** Jobs that wait for a worker. */
  async waitingJobs(): Promise<number> {
    return await this.redis.zcard(`${this.keys.root}:jobs:captions.demo:prioritized`);
  }

  /** Makes the time that a record says pass: sets a field that holds a time to one that is over. */
  async passed(id: string, field: string): Promise<void> {
    await this.redis.hset(this.keys.record(id), field, Date.now() - 1000);
    if (field === 'deadline_ms') await this.redis.zadd(`${this.keys.root}:deadlines`, 'XX', Date.now() - 1000, id);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#stops.splice(0).map((stop) => stop()));
    await this.queue.stop();
    this.redis.disconnect();
  }
}
