import type { ScriptTarget } from '../lua/script.js';
import { modelKeys, modelOfJobs, queueKeys } from '../redis/keys.js';
import { QueueClient, type QueueClientOptions } from '../redis/queue-client.js';
import { asking } from '../redis/redis-client.js';
import { type CountedQueue, countQueue } from './scripts/count-queue.js';

/** Work that is due within this time wants a worker now: starting one takes as long. In milliseconds. */
const dueWithinMs = 30_000;

/** Where the work of one model is. */
export type ModelPlaces = Pick<QueueCount, 'waiting' | 'active' | 'delayed' | 'unfetched' | 'paused'>;

/** What there is in the queues of all models at one moment. */
export interface QueueCount {
  /**
   * What wants a worker now: all that follows but what is delayed for longer. Of a model's queue that is paused, only
   * what is active.
   */
  demand: number;
  /** The same of each model with jobs, by model; what is jobless counts for all of them. */
  demandOf: Map<string, number>;
  waiting: number;
  /** With a worker, or with one that died with it. */
  active: number;
  /** Between two attempts; `due` of them within 30 s. */
  delayed: number;
  due: number;
  /** Items of batches whose images are still to be fetched; gateways have some of them in hand. */
  unfetched: number;
  /** Accepted, but without a job: being submitted, or left behind by a crash until a reconciler finds it. */
  jobless: number;
  /** What there is of each model with jobs. A model of two tasks has two queues, and stands for both. */
  places: Map<string, ModelPlaces>;
  /** Names of the models that workers have registered. */
  models: ReadonlySet<string>;
  /** Whether the queue of any model is. */
  paused: boolean;
  /** Captions that have not ended, and the bytes of the pixels in Redis. */
  open: number;
  bytes: number;
  /** Since the oldest queued caption was created, in milliseconds; 0 when none is. */
  oldestMs: number;
  /** Webhooks that no notifier has taken from the outbox yet. */
  outbox: number;
}

/** Counts the queue, for autoscaling and metrics. It has a connection of its own and is answered in bounded time. */
export class QueueCensus extends QueueClient {
  readonly #target: ScriptTarget;
  readonly #manifests: string;

  constructor(options: QueueClientOptions) {
    super(options);
    this.#target = { redis: this.redis, root: queueKeys(options).root };
    this.#manifests = modelKeys(options.namespace).manifests;
  }

  /** @throws BlipqError `queue_unavailable` */
  async take(): Promise<QueueCount> {
    const [{ queues, fetching, ...rest }, models] = await asking(() =>
      Promise.all([countQueue(this.#target, dueWithinMs), this.redis.hkeys(this.#manifests)]),
    );
    const sum = (part: (queue: CountedQueue) => number) => queues.reduce((total, queue) => total + part(queue), 0);
    const [waiting, active, delayed] = [sum((q) => q.waiting), sum((q) => q.active), sum((q) => q.delayed)];
    const jobless = Math.max(0, rest.open - fetching - waiting - active - delayed);
    // Whose they will be is in their records. Nobody's, while everything is paused.
    const adopted = queues.length > 0 && queues.every(({ isPaused }) => isPaused) ? 0 : jobless;
    const demandOf = new Map<string, number>();
    const places = new Map<string, ModelPlaces>();
    for (const queue of queues) {
      const model = modelOfJobs(queue.name);
      places.set(model, placesIn(queue, places.get(model)));
      demandOf.set(model, (demandOf.get(model) ?? 0) + demandIn(queue) + (queue.isPaused ? 0 : adopted));
    }
    return {
      ...{ demand: adopted + sum(demandIn), demandOf, places, models: new Set(models) },
      ...{ waiting, active, delayed, due: sum((q) => q.due), unfetched: sum((q) => q.unfetched), jobless },
      paused: queues.some(({ isPaused }) => isPaused),
      ...rest,
    };
  }
}

function placesIn(queue: CountedQueue, before: ModelPlaces | undefined): ModelPlaces {
  return {
    waiting: queue.waiting + (before?.waiting ?? 0),
    active: queue.active + (before?.active ?? 0),
    delayed: queue.delayed + (before?.delayed ?? 0),
    unfetched: queue.unfetched + (before?.unfetched ?? 0),
    paused: queue.isPaused || (before?.paused ?? false),
  };
}

/** What wants a worker now. Of a paused queue, only what is active. */
function demandIn({ waiting, active, due, unfetched, isPaused }: CountedQueue): number {
  return active + (isPaused ? 0 : waiting + due + unfetched);
}
