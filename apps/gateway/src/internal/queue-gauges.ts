import type { QueueCensus, QueueCount, RedisMemory } from '@blipq/queue';
import { Gauge, Registry } from 'prom-client';
import { workerDemand } from './worker-demand.js';

interface QueueGaugesOptions {
  census: Pick<QueueCensus, 'take'>;
  memory: Pick<RedisMemory, 'use'>;
  /** Bounds, exported beside the figures that they bound. */
  openMax: number;
  bytesMax: number;
}

/** The queue at the time of a scrape. Every gateway exports the same. Without Redis a gauge has no value, rather than 0. */
export class QueueGauges {
  readonly registry = new Registry();
  readonly #census: Pick<QueueCensus, 'take'>;
  #taking: Promise<QueueCount | undefined> | undefined;

  constructor({ census, memory, openMax, bytesMax }: QueueGaugesOptions) {
    this.#census = census;
    this.#queue(
      'blipq_demand',
      'Captions that want a worker now, as in /internal/scale; at least 1 while no model is registered',
      (count) => workerDemand(count),
    );
    this.#queue('blipq_queue_open_captions', 'Captions that have not ended', ({ open }) => open);
    this.#queue('blipq_queue_image_bytes', 'Bytes of pixels in Redis', ({ bytes }) => bytes);
    this.#queue(
      'blipq_queue_oldest_age_seconds',
      'Age of the oldest queued caption; 0 when none is queued',
      ({ oldestMs }) => oldestMs / 1000,
    );
    this.#queue('blipq_queue_paused', 'Whether the queue is paused (1) or not (0)', ({ paused }) => Number(paused));
    this.#queue('blipq_webhook_outbox_entries', 'Webhooks that no notifier has taken yet', ({ outbox }) => outbox);
    this.#gauge('blipq_queue_open_captions_max', 'Captions that may be open; further ones are refused', () => openMax);
    this.#gauge('blipq_queue_image_bytes_max', 'Bytes of pixels that may be in Redis', () => bytesMax);
    this.#gauge('blipq_redis_memory_used_bytes', 'Memory that Redis uses, for any purpose', () => memory.use?.used);
    this.#gauge('blipq_redis_memory_max_bytes', "Redis's maxmemory; 0 for no limit", () => memory.use?.max);
    this.#places();
    this.#unfetched();
    this.#gauge('blipq_redis_up', 'Whether Redis answered this scrape (1) or not (0)', async () =>
      Number((await this.#count()) !== undefined),
    );
  }

  /** A figure of the census. */
  #queue(name: string, help: string, value: (queue: QueueCount) => number): void {
    this.#gauge(name, help, async () => {
      const queue = await this.#count();
      return queue && value(queue);
    });
  }

  /** Reads its value at each scrape, and has none where that is undefined. */
  #gauge(name: string, help: string, read: () => Promise<number | undefined> | number | undefined): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        const value = await read();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  }

  #places(): void {
    const count = () => this.#count();
    new Gauge({
      name: 'blipq_queue_captions',
      help: 'Captions by place: waiting, active (with a worker), delayed (between attempts), jobless (accepted, but not in the queue)',
      labelNames: ['state'],
      registers: [this.registry],
      async collect() {
        this.reset();
        const queue = await count();
        if (queue === undefined) return;
        for (const state of ['waiting', 'active', 'delayed', 'jobless'] as const) this.set({ state }, queue[state]);
      },
    });
  }

  #unfetched(): void {
    const count = () => this.#count();
    new Gauge({
      name: 'blipq_queue_unfetched_images',
      help: 'Items of batches whose images are still to be fetched, by model',
      labelNames: ['model'],
      registers: [this.registry],
      async collect() {
        this.reset();
        const queue = await count();
        for (const [model, { unfetched }] of queue?.places ?? []) this.set({ model }, unfetched);
      },
    });
  }

  /** One census for all the gauges of a scrape. */
  #count(): Promise<QueueCount | undefined> {
    this.#taking ??= this.#census
      .take()
      .catch(() => undefined)
      .finally(() => {
        this.#taking = undefined;
      });
    return this.#taking;
  }
}
