import { BlipqError } from '@blipq/contracts';
import { cheaper } from './check-cost.js';
import { type DecodeOutcome, Decoder } from './decoder.js';
import { type Deferred, deferred } from './deferred.js';
import type { Pixels } from './image-to-pixels.js';
import { defaultLimits, type ImageLimits } from './limits.js';

export interface PixelPoolOptions {
  /** Decoder processes; each holds one image at a time. */
  readonly threads: number;
  /** Images that may wait for a decoder before further ones are refused with queue_full. */
  readonly waitingMax?: number;
  readonly limits?: Partial<ImageLimits>;
}

interface Task {
  /** Tasks are taken in this order. */
  readonly turn: number;
  readonly bytes: Uint8Array;
  readonly size: number;
  large: boolean;
  readonly done: Deferred<Pixels>;
}

/** A decoder that cannot start is tried again after this. */
const restartMs = 1000;

/**
 * Turns image bytes into pixels in processes of its own, each with a bound on its memory and on an image's time, so that
 * neither the caller's event loop nor the caller itself depends on what is in the bytes.
 */
export class PixelPool {
  readonly #limits: ImageLimits;
  readonly #inFlightMax: number;
  readonly #waiting: Task[] = [];
  readonly #places: { decoder: Decoder; task?: Task }[];
  readonly #inFlight = new Set<Promise<Pixels>>();
  /** One large image at a time: so the memory of all decoders has a bound that one of them does not multiply. */
  #largeRuns = false;
  #turns = 0;
  #stopped = false;

  constructor({ threads, waitingMax = 64, limits }: PixelPoolOptions) {
    this.#limits = { ...defaultLimits, ...limits };
    this.#inFlightMax = threads + waitingMax;
    this.#places = Array.from({ length: threads }, () => ({ decoder: new Decoder(this.#limits) }));
  }

  /**
   * Decodes an image and resizes it to `size` × `size`.
   *
   * @param bytes an encoded image, which must not change until this settles
   * @throws BlipqError missing_image, image_too_large, unsupported_media_type, image_dimensions, image_too_costly,
   *   image_corrupt about the image; queue_full, shutting_down about the pool
   */
  async toPixels(bytes: Uint8Array, size: number): Promise<Pixels> {
    this.#admit();
    if (!(Number.isInteger(size) && size > 0)) throw new RangeError(`images of ${size} × ${size} pixels`);
    const task: Task = { turn: this.#turns++, bytes, size, large: false, done: deferred() };
    const { promise } = task.done;
    this.#inFlight.add(promise);
    this.#waiting.push(task);
    this.#next();
    return await promise.finally(() => this.#inFlight.delete(promise));
  }

  /** The decoder processes' ids, for measurements. */
  get pids(): number[] {
    return this.#places.flatMap(({ decoder }) => decoder.pid ?? []);
  }

  /** Refuses new images, finishes those already taken, then ends the processes. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled(this.#inFlight);
    await Promise.all(this.#places.map(({ decoder }) => decoder.stop()));
  }

  #admit(): void {
    if (this.#stopped) {
      throw new BlipqError('shutting_down', 'This server is shutting down. Send the image again in a few seconds.', {
        retryAfterS: 5,
      });
    }
    if (this.#inFlight.size >= this.#inFlightMax) {
      throw new BlipqError(
        'queue_full',
        `${this.#inFlight.size} images are being decoded already. Send the image again in a second.`,
        { retryAfterS: 1 },
      );
    }
  }

  /** Gives free decoders what waits; large images let others past while one of them runs. */
  #next(): void {
    for (const place of this.#places) {
      if (place.task) continue;
      const index = this.#waiting.findIndex(({ large }) => !(large && this.#largeRuns));
      if (index < 0) return;
      const [task] = this.#waiting.splice(index, 1) as [Task];
      place.task = task;
      if (task.large) this.#largeRuns = true;
      void this.#run(place, task);
    }
  }

  async #run(place: { decoder: Decoder; task?: Task }, task: Task): Promise<void> {
    const { bytes, size, large } = task;
    const outcome = await place.decoder.decode({ bytes, size, large });
    const loaded = await place.decoder.ready;
    this.#settle(task, outcome, loaded);
    if ('lost' in outcome || outcome.reply.retires) await this.#replace(place, loaded);
    delete place.task;
    if (large) this.#largeRuns = false;
    this.#next();
  }

  /** A new process for one that is gone. One that cannot even load is not started over and over. */
  async #replace(place: { decoder: Decoder }, loaded: boolean): Promise<void> {
    await place.decoder.stop();
    if (!loaded) await new Promise((resolve) => setTimeout(resolve, restartMs));
    if (!this.#stopped || this.#waiting.length > 0) place.decoder = new Decoder(this.#limits);
  }

  #settle(task: Task, outcome: DecodeOutcome, loaded: boolean): void {
    if ('lost' in outcome) {
      this.#settleLost(task, outcome, loaded);
      return;
    }
    const { reply, rgb } = outcome;
    if (reply.status === 'done') task.done.resolve({ ...reply.image, rgb });
    else if (reply.status === 'refused') task.done.reject(new BlipqError(reply.code, reply.detail));
    else if (reply.status === 'large') this.#again(task);
    else task.done.reject(new Error(`decoding failed: ${reply.status === 'failed' ? reply.message : reply.status}`));
  }

  /** What more memory might help goes again with that; the rest is the image's fault, unless no process has loaded. */
  #settleLost(task: Task, { lost, cause }: Extract<DecodeOutcome, { lost: string }>, loaded: boolean): void {
    if (lost === 'died' && !task.large) {
      this.#again(task);
      return;
    }
    if (!loaded) {
      task.done.reject(new Error(`no process that decodes images can be started: ${cause}`));
      return;
    }
    const { decodeS, largeMemoryBytes } = this.#limits;
    const what =
      lost === 'too slow'
        ? `takes more than ${decodeS} s to decode`
        : `takes more than ${largeMemoryBytes / 1024 ** 2} MiB of memory to decode, or is damaged in a way that stops the decoder`;
    task.done.reject(new BlipqError('image_too_costly', `The image ${what}. ${cheaper}`, { cause }));
  }

  #again(task: Task): void {
    task.large = true;
    const later = this.#waiting.findIndex(({ turn }) => turn > task.turn);
    this.#waiting.splice(later < 0 ? this.#waiting.length : later, 0, task);
  }
}
