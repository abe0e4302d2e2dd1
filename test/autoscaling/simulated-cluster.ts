import { expect, vi } from 'vitest';
import type { LiveGateway } from '../../apps/gateway/src/testing/live-gateway.js';
import { hpaSyncS, KedaModel, type ScaledObjectSpec } from '../../benchmarks/src/keda-model.js';

/** One look at the whole thing. */
export interface Moment {
  atS: number;
  /** What the endpoint answered; undefined when it could not. */
  demand: number | undefined;
  /** What there really is to do, made or not. */
  toDo: number;
  replicas: number;
  /** Workers that have loaded their model. */
  ready: number;
}

/** Keys that tell what there is to do. */
export interface QueueKeys {
  /** First part of BullMQ's. */
  jobs: string;
  /** Captions that have not ended. */
  open: string;
}

interface ClusterOptions {
  redis: LiveGateway['redis'];
  queue: QueueKeys;
  /** Asks the endpoint. */
  demand: () => Promise<number | undefined>;
  spec: ScaledObjectSpec;
  replicas?: number;
  /** Whether KEDA's fallback starts workers where none run. */
  fallbackStarts?: boolean;
  /** Captions that a worker makes per second. */
  perSecond: number;
  /** From a pod's creation to a loaded model. */
  startS: number;
  /** Captions that a worker holds. */
  concurrency: number;
}

const stepS = 5;

/**
 * Callers, workers and the autoscaler on a clock of their own, around a real queue in a real Redis: captions are
 * moved between BullMQ's lists as workers would move them, and the autoscaler asks the real endpoint.
 */
export class SimulatedCluster {
  readonly moments: Moment[] = [];
  readonly #options: ClusterOptions;
  readonly #keda: KedaModel;
  /** When each pod was asked for. */
  #pods: number[];
  #nowS = 0;
  #made = 0;
  #submitted = 0;
  #active = 0;
  #owed = 0;
  /** Redis is away: nobody submits, takes or ends anything. */
  outage = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#keda = new KedaModel(options.spec, options.replicas ?? 0, options.fallbackStarts);
    this.#pods = Array.from({ length: this.#keda.replicas }, () => -options.startS);
  }

  get nowS(): number {
    return this.#nowS;
  }

  get toDo(): number {
    return this.#submitted - this.#made;
  }

  /** Lets time pass, with so many submissions per second. */
  async pass(seconds: number, arrivalsPerS = 0): Promise<Moment[]> {
    const from = this.moments.length;
    const endS = this.#nowS + seconds;
    while (this.#nowS < endS) {
      if (!this.outage) await this.submit(arrivalsPerS * stepS);
      await this.#step();
    }
    return this.moments.slice(from);
  }

  /** Puts captions into the queue. */
  async submit(count: number): Promise<void> {
    const { redis, queue } = this.#options;
    for (let left = count; left > 0; left -= 1000) {
      const ids = Array.from({ length: Math.min(left, 1000) }, (_, n) => `cap_${this.#submitted + n}`);
      await redis.zadd(`${queue.jobs}prioritized`, ...ids.flatMap((id, n) => [this.#submitted + n, id]));
      // The reconciler looks at what is due, or further off than the minute after which it looks again.
      await redis.zadd(queue.open, ...ids.flatMap((id) => [Date.now() + 50_000, id]));
      this.#submitted += ids.length;
    }
  }

  async #step(): Promise<void> {
    const { pollingInterval } = this.#options.spec;
    const ready = this.#pods.filter((bornS) => this.#nowS - bornS >= this.#options.startS).length;
    if (!this.outage) await this.#work(ready);
    const polls = this.#nowS % pollingInterval === 0;
    const syncs = this.#nowS % hpaSyncS === 0;
    const demand = polls || syncs ? await this.#demand() : undefined;
    if (polls) this.#keda.poll(this.#nowS, demand);
    if (syncs) this.#keda.sync(this.#nowS, demand);
    const { replicas } = this.#keda;
    while (this.#pods.length < replicas) this.#pods.push(this.#nowS);
    this.#pods.length = replicas;
    if (polls || syncs) this.moments.push({ atS: this.#nowS, demand, toDo: this.toDo, replicas, ready });
    this.#nowS += stepS;
  }

  /** The simulated clock stands still until the endpoint answers, unless it cannot. */
  async #demand(): Promise<number | undefined> {
    if (this.outage) return await this.#options.demand();
    return await vi.waitFor(async () => {
      const demand = await this.#options.demand();
      expect(demand).toBeDefined();
      return demand;
    });
  }

  /** Workers end what they held for long enough and take what is next; those that are gone have given theirs back. */
  async #work(ready: number): Promise<void> {
    const { redis, queue, perSecond, concurrency } = this.#options;
    this.#owed = ready === 0 ? 0 : this.#owed + ready * perSecond * stepS;
    const paused = (await redis.hexists(`${queue.jobs}meta`, 'paused')) === 1;
    const ends = Math.min(this.#active, Math.floor(this.#owed));
    if (ends > 0) await this.#end(ends);
    // Idle time is not made up for.
    this.#owed %= 1;
    // Nothing that is taken now ends before the next step: a caption takes a batch's time.
    const room = ready * concurrency;
    if (room < this.#active) await this.#giveBack(this.#active - room);
    else if (!paused && room > this.#active) await this.#take(room - this.#active);
  }

  async #end(count: number): Promise<void> {
    const { redis, queue } = this.#options;
    const ids = (await redis.lpop(`${queue.jobs}active`, count)) ?? [];
    await redis.zrem(queue.open, ...ids);
    this.#made += ids.length;
    this.#active -= ids.length;
  }

  async #take(count: number): Promise<void> {
    const { redis, queue } = this.#options;
    const taken = await redis.zpopmin(`${queue.jobs}prioritized`, count);
    const ids = taken.filter((_, n) => n % 2 === 0);
    if (ids.length > 0) await redis.rpush(`${queue.jobs}active`, ...ids);
    this.#active += ids.length;
  }

  async #giveBack(count: number): Promise<void> {
    const { redis, queue } = this.#options;
    const ids = (await redis.rpop(`${queue.jobs}active`, count)) ?? [];
    await redis.zadd(`${queue.jobs}prioritized`, ...ids.flatMap((id) => [0, id]));
    this.#active -= ids.length;
  }
}
