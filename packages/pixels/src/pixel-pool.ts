import * as workerThreads from 'node:worker_threads';
import { BlipqError } from '@blipq/contracts';
import { disableTelemetry } from '@blipq/onnx-graph';
import { Piscina } from 'piscina';
import type { Pixels } from './image-to-pixels.js';
import { defaultLimits, type ImageLimits } from './limits.js';
import type { PixelReply, PixelTask } from './pixel-worker.js';

export interface PixelPoolOptions {
  /** Threads that decode and resize; each holds one image at a time. */
  readonly threads: number;
  /** Images that may wait for a thread before further ones are refused with queue_full. */
  readonly waitingMax?: number;
  readonly limits?: Partial<ImageLimits>;
}

/** Turns image bytes into pixels on threads of its own, so that the caller's event loop stays free. */
export class PixelPool {
  readonly #threads: Piscina<PixelTask, PixelReply>;
  readonly #inFlightMax: number;
  readonly #inFlight = new Set<Promise<PixelReply>>();
  readonly #loaded: Promise<void>;
  #stopped = false;

  constructor({ threads, waitingMax = 64, limits }: PixelPoolOptions) {
    disableTelemetry();
    this.#inFlightMax = threads + waitingMax;
    this.#threads = new Piscina({
      filename: new URL('../dist/pixel-worker.js', import.meta.url).href,
      // Threads live as long as the pool: an ONNX session that ends with its thread leaks.
      minThreads: threads,
      maxThreads: threads,
      workerData: { ...defaultLimits, ...limits } satisfies ImageLimits,
      // A thread asleep in Atomics.wait would not free the memory of its last image.
      atomics: 'disabled',
    });
    this.#loaded = allLoaded(this.#threads, threads);
  }

  /**
   * Decodes an image and resizes it to `size` × `size`.
   *
   * @param bytes an encoded image, handed over: a buffer of its own moves to the pool and is empty here from now on.
   *   Whatever else is wanted of the bytes (a hash, say) must be taken before.
   * @throws BlipqError missing_image, image_too_large, unsupported_media_type, image_dimensions, image_corrupt about
   *   the image; queue_full, shutting_down about the pool
   */
  async toPixels(bytes: Uint8Array, size: number): Promise<Pixels> {
    this.#admit();
    const run = this.#threads.run({ bytes, size }, { transferList: ownBuffer(bytes) });
    this.#inFlight.add(run);
    const reply = await run.finally(() => this.#inFlight.delete(run));
    if (reply.status === 'refused') throw new BlipqError(reply.code, reply.detail);
    return reply.pixels;
  }

  /** Refuses new images, finishes those already taken, then ends the threads. */
  async stop(): Promise<void> {
    this.#stopped = true;
    // Node aborts the whole process when a thread is ended while it is still loading its modules. Pool threads do not
    // keep a process alive; while they are waited for, they must.
    for (const thread of this.#threads.threads) thread.ref();
    await Promise.allSettled([...this.#inFlight, this.#loaded]);
    await this.#threads.destroy();
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
}

/** Resolves when each of the first `count` threads has loaded its modules (or died in the attempt). */
function allLoaded(threads: Piscina<PixelTask, PixelReply>, count: number): Promise<void> {
  return new Promise((resolve) => {
    let loading = count;
    const settle = () => {
      loading -= 1;
      if (loading === 0) resolve();
    };
    threads.on('message', settle).on('workerDestroy', settle);
  });
}

/** The buffer under `bytes` if it may move: nothing else lies in it (Node keeps small Buffers together in one). */
function ownBuffer({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  const movable = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && !isUntransferable(buffer);
  return movable ? [buffer] : [];
}

/** Memory of native code cannot move. Node 20 copies it by itself, newer ones throw unless they are asked before. */
function isUntransferable(buffer: ArrayBuffer): boolean {
  const { isMarkedAsUntransferable } = workerThreads as { isMarkedAsUntransferable?: (object: object) => boolean };
  return isMarkedAsUntransferable?.(buffer) ?? false;
}
