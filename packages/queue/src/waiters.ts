import { BlipqError, type CaptionResource, type CaptionState, isTerminal } from '@blipq/contracts';
import type { Redis } from 'ioredis';

export interface WaitOptions {
  timeoutMs: number;
  /** The caller is gone: stop waiting. */
  signal?: AbortSignal;
}

/** `pending`: the timeout passed first; `caption` is as it was read last. */
export type WaitOutcome = { status: 'finished' | 'pending'; caption: CaptionResource } | { status: 'not_found' };

/**
 * Callers that wait for a caption to end: one subscription per process, whatever their number. Messages are lost while
 * a connection is away, so every waiter also looks for itself each `pollMs`.
 */
export class Waiters {
  readonly #wakers = new Map<string, Set<() => void>>();
  readonly #subscriber: Redis;
  readonly #channel: string;
  readonly #pollMs: number;
  #stopped = false;

  constructor(subscriber: Redis, channel: string, pollMs: number) {
    this.#subscriber = subscriber;
    this.#channel = channel;
    this.#pollMs = pollMs;
    subscriber.on('message', (_channel: string, message: string) => {
      const [id, state] = message.split(' ') as [string, CaptionState];
      if (isTerminal(state)) this.#wake(id);
    });
  }

  /** Subscribes, as soon as Redis is there; ioredis subscribes again after every reconnect. */
  start(): void {
    this.#subscriber.subscribe(this.#channel).catch(() => undefined);
  }

  /** Ids that somebody waits for now. */
  get ids(): string[] {
    return [...this.#wakers.keys()];
  }

  /**
   * Waits until the caption has ended.
   * @throws the signal's reason when it aborts; `shutting_down` when the queue stops; whatever the first `read` throws.
   *   Later failures to read are waited out.
   */
  async wait(
    id: string,
    read: (id: string) => Promise<CaptionResource | null>,
    { timeoutMs, signal }: WaitOptions,
  ): Promise<WaitOutcome> {
    const deadline = performance.now() + timeoutMs;
    let last: CaptionResource | undefined;
    for (;;) {
      // Registered before the record is read, so that an end between the two is not missed.
      const next = this.#next(id, Math.min(this.#pollMs, Math.max(0, deadline - performance.now())), signal);
      try {
        const caption = await read(id).catch((error: unknown) => last ?? Promise.reject(error));
        if (caption === null) return { status: 'not_found' };
        if (isTerminal(caption.state)) return { status: 'finished', caption };
        last = caption;
        await next.awake;
        signal?.throwIfAborted();
        if (this.#stopped) throw new BlipqError('shutting_down', 'This server is shutting down.', { retryAfterS: 1 });
        if (performance.now() >= deadline) return { status: 'pending', caption };
      } finally {
        next.wake();
      }
    }
  }

  /** Wakes everybody; who waits is told `shutting_down`. */
  stop(): void {
    this.#stopped = true;
    for (const id of this.ids) this.#wake(id);
  }

  /** Awake when the caption has ended, the time has passed, the signal aborts or `wake` is called. */
  #next(id: string, timeoutMs: number, signal?: AbortSignal): { awake: Promise<void>; wake: () => void } {
    const wakers = this.#wakers.get(id) ?? new Set();
    this.#wakers.set(id, wakers);
    let wake = () => {};
    const awake = new Promise<void>((resolve) => {
      wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        wakers.delete(wake);
        if (wakers.size === 0 && this.#wakers.get(id) === wakers) this.#wakers.delete(id);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
    });
    wakers.add(wake);
    signal?.addEventListener('abort', wake);
    if (signal?.aborted || this.#stopped) wake();
    return { awake, wake };
  }

  #wake(id: string): void {
    for (const wake of [...(this.#wakers.get(id) ?? [])]) wake();
  }
}
