import { Random } from '@blipq/test-servers';
import { hpaSyncS, KedaModel, type ScaledObjectSpec } from './keda-model.js';

export interface SimulationOptions {
  /** Captions per second, arriving at random (a Poisson process). */
  rate: number;
  /** Captions that come at once at the beginning. */
  burst: number;
  /** How long they keep coming. */
  seconds: number;
  /** Most captions in one batch. */
  batchMax: number;
  /** How long a worker takes for a batch of so many, in milliseconds. */
  batchMs: (size: number) => number;
  /** From a pod's creation to a loaded model. */
  startS: number;
  /** Loaded at the beginning; without `scaling` that is how many there are. */
  workers: number;
  /** The autoscaler's numbers. */
  scaling?: ScaledObjectSpec | undefined;
  /** What is looked at begins here, when what the start was like no longer matters. */
  fromS: number;
  seed: number;
}

export interface SimulationReport {
  captions: number;
  /** From a submission to the begin of its batch, and to its result, in seconds, ascending. */
  waitsS: Float64Array;
  totalsS: Float64Array;
  /** Captions open (waiting or running) and workers that exist, averaged over time, and at most. */
  open: { mean: number; max: number };
  workers: { mean: number; max: number };
  batchMean: number;
  /** Share of the loaded workers' time that they computed. */
  busy: number;
  /** Captions that were left when no more came. */
  left: number;
}

interface Worker {
  bornS: number;
  endS: number;
  /** When those of its batch were submitted. */
  batch: number[];
  gone: boolean;
}

const tickS = 5;

/**
 * Callers, a queue, workers that batch while they are busy, and the autoscaler, on a clock of their own. A free worker
 * takes all that waits, up to a batch; a worker that is stopped ends the batch that it runs.
 */
export class ServiceSimulation {
  readonly #options: SimulationOptions;
  readonly #random: Random;
  readonly #keda: KedaModel | undefined;
  readonly #waiting = new Fifo();
  readonly #totals: number[] = [];
  readonly #waits: number[] = [];
  #pods: Worker[];
  #idle: Worker[];
  readonly #ends: Worker[] = [];
  #nowS = 0;
  #running = 0;
  #loaded: number;
  #batches = 0;
  readonly #area = { open: 0, workers: 0, loaded: 0, busy: 0 };
  readonly #most = { open: 0, workers: 0 };

  constructor(options: SimulationOptions) {
    const { workers, scaling, seed } = options;
    this.#options = options;
    this.#random = new Random(seed);
    this.#keda = scaling && new KedaModel(scaling, Math.min(workers, scaling.maxReplicaCount));
    const loaded = this.#keda?.replicas ?? workers;
    this.#pods = Array.from({ length: loaded }, () => ({
      bornS: Number.NEGATIVE_INFINITY,
      endS: 0,
      batch: [],
      gone: false,
    }));
    this.#idle = [...this.#pods];
    this.#loaded = loaded;
  }

  run(): SimulationReport {
    const { rate, burst, seconds } = this.#options;
    for (let n = 0; n < burst; n += 1) this.#waiting.push(0);
    let arrivalS = this.#pause(rate);
    let nextTickS = 0;
    for (;;) {
      const endS = this.#ends[0]?.endS ?? Number.POSITIVE_INFINITY;
      const nextS = Math.min(arrivalS, endS, nextTickS);
      if (nextS > seconds) break;
      this.#pass(nextS);
      if (nextS === nextTickS) {
        this.#tick();
        nextTickS += tickS;
      } else if (nextS === endS) this.#end();
      else {
        this.#waiting.push(nextS);
        arrivalS += this.#pause(rate);
      }
      this.#take();
    }
    this.#pass(seconds);
    return this.#report();
  }

  #pause(rate: number): number {
    return rate === 0 ? Number.POSITIVE_INFINITY : -Math.log(1 - this.#random.next()) / rate;
  }

  #pass(toS: number): void {
    const { fromS } = this.#options;
    const open = this.#waiting.length + this.#running;
    const forS = Math.max(0, toS - Math.max(this.#nowS, fromS));
    this.#area.open += open * forS;
    this.#area.workers += this.#pods.length * forS;
    this.#area.loaded += this.#loaded * forS;
    this.#area.busy += this.#ends.length * forS;
    if (toS >= fromS) this.#most.open = Math.max(this.#most.open, open);
    if (toS >= fromS) this.#most.workers = Math.max(this.#most.workers, this.#pods.length);
    this.#nowS = toS;
  }

  /** The autoscaler's looks, and pods that have loaded their model since the last one. */
  #tick(): void {
    const { scaling, startS } = this.#options;
    if (this.#keda !== undefined && scaling !== undefined) {
      const demand = this.#waiting.length + this.#running;
      if (this.#nowS % scaling.pollingInterval === 0) this.#keda.poll(this.#nowS, demand);
      if (this.#nowS % hpaSyncS === 0) this.#keda.sync(this.#nowS, demand);
      this.#scaleTo(this.#keda.replicas);
    }
    const ageS = (pod: Worker) => this.#nowS - pod.bornS;
    this.#idle.push(...this.#pods.filter((pod) => ageS(pod) >= startS && ageS(pod) < startS + tickS));
    this.#loaded = this.#pods.filter((pod) => ageS(pod) >= startS).length;
  }

  #scaleTo(replicas: number): void {
    while (this.#pods.length < replicas) this.#pods.push({ bornS: this.#nowS, endS: 0, batch: [], gone: false });
    for (const pod of this.#pods.splice(replicas)) pod.gone = true;
    this.#idle = this.#idle.filter(({ gone }) => !gone);
  }

  #take(): void {
    const { batchMax, batchMs, fromS } = this.#options;
    while (this.#waiting.length > 0 && this.#idle.length > 0) {
      const worker = this.#idle.shift()!;
      const size = Math.min(batchMax, this.#waiting.length);
      worker.batch = Array.from({ length: size }, () => this.#waiting.shift());
      worker.endS = this.#nowS + batchMs(size) / 1000;
      this.#running += size;
      this.#batches += this.#nowS >= fromS ? 1 : 0;
      if (this.#nowS >= fromS) for (const bornS of worker.batch) this.#waits.push(this.#nowS - bornS);
      const at = this.#ends.findIndex(({ endS }) => endS > worker.endS);
      this.#ends.splice(at === -1 ? this.#ends.length : at, 0, worker);
    }
  }

  #end(): void {
    const worker = this.#ends.shift()!;
    this.#running -= worker.batch.length;
    if (this.#nowS >= this.#options.fromS) for (const bornS of worker.batch) this.#totals.push(this.#nowS - bornS);
    worker.batch = [];
    if (!worker.gone) this.#idle.push(worker);
  }

  #report(): SimulationReport {
    const { seconds, fromS } = this.#options;
    const spanS = seconds - fromS;
    return {
      captions: this.#totals.length,
      waitsS: Float64Array.from(this.#waits).sort(),
      totalsS: Float64Array.from(this.#totals).sort(),
      open: { mean: this.#area.open / spanS, max: this.#most.open },
      workers: { mean: this.#area.workers / spanS, max: this.#most.workers },
      batchMean: this.#batches === 0 ? 0 : this.#waits.length / this.#batches,
      busy: this.#area.loaded === 0 ? 0 : this.#area.busy / this.#area.loaded,
      left: this.#waiting.length + this.#running,
    };
  }
}

/** The value below which a share of them lies; of values in ascending order. */
export function quantile(ascending: Float64Array, share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))] ?? 0;
}

/** A queue of numbers that takes from its front in constant time. */
class Fifo {
  #items: number[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  push(item: number): void {
    this.#items.push(item);
  }

  shift(): number {
    const item = this.#items[this.#first]!;
    this.#first += 1;
    if (this.#first > 65_536) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }
}
