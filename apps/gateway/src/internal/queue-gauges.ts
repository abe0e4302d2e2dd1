import type { MemoryUse, QueueCensus, QueueCount, RedisMemory } from '@blipq/queue';
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
    this.#gauge(
      'blipq_demand',
      'Captions that want a worker now, as in /internal/scale; at least 1 while no model is registered',
      (count) => workerDemand(count),
    );
    this.#gauge('blipq_queue_open_captions', 'Captions that have not ended', ({ open }) => open);
    this.#gauge('blipq_queue_image_bytes', 'Bytes of pixels in Redis', ({ bytes }) => bytes);
    this.#gauge(
      'blipq_queue_oldest_age_seconds',
      'Age of the oldest queued caption; 0 when none is queued',
      ({ oldestMs }) => oldestMs / 1000,
    );
    this.#gauge('blipq_queue_paused', 'Whether the queue is paused (1) or not (0)', ({ paused }) => Number(paused));
    this.#gauge('blipq_webhook_outbox_entries', 'Webhooks that no notifier has taken yet', ({ outbox }) => outbox);
    this.#bound('blipq_queue_open_captions_max', 'Captions that may be open; further ones are refused', openMax);
    this.#bound('blipq_queue_image_bytes_max', 'Bytes of pixels that may be in Redis', bytesMax);
    this.#memory(memory);
    this.#places();
    this.#up();
  }

  #gauge(name: string, help: string, value: (queue: QueueCount) => number): void {
    const count = () => this.#count();
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        const queue = await count();
        if (queue === undefined) this.remove();
        else this.set(value(queue));
      },
    });
  }

  #bound(name: string, help: string, value: number): void {
    new Gauge({ name, help, registers: [this.registry] }).set(value);
  }

  #memory(memory: Pick<RedisMemory, 'use'>): void {
    const figures: [string, string, keyof MemoryUse][] = [
      ['blipq_redis_memory_used_bytes', 'Memory that Redis uses, for whatever it keeps', 'used'],
      ['blipq_redis_memory_max_bytes', "Redis's maxmemory; 0 for no limit", 'max'],
    ];
    for (const [name, help, figure] of figures) {
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          if (memory.use === undefined) this.remove();
          else this.set(memory.use[figure]);
        },
      });
    }
  }

  #places(): void {
    const count = () => this.#count();
    new Gauge({
      name: 'blipq_queue_captions',
      help: 'Captions by where they are: waiting, active (with a worker), delayed (between attempts), jobless (accepted, but not in the queue)',
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

  #up(): void {
    const count = () => this.#count();
    new Gauge({
      name: 'blipq_redis_up',
      help: 'Whether Redis answered this scrape (1) or not (0)',
      registers: [this.registry],
      async collect() {
        this.set((await count()) === undefined ? 0 : 1);
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
