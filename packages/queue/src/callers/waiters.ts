import { setTimeout as delay } from 'node:timers/promises';
import { BlipqError, type CaptionResource } from '@blipq/contracts';
import type { RedisClient } from '../redis/redis-client.js';
import { subscribe } from '../redis/subscribe.js';

export interface WaitOptions {
  timeoutMs: number;
  /** Owner. Default `public`. */
  tenant?: string;
  /** The caller is gone: stop waiting. */
  signal?: AbortSignal;
}

export interface WatchOptions {
  tenant?: string;
  /** The version that was seen last. */
  after?: number;
  signal?: AbortSignal;
}

/** `pending`: the timeout passed first; `work` is as it was read last. */
export type WaitOutcome<R = CaptionResource> = { status: 'finished' | 'pending'; work: R } | { status: 'not_found' };

/** What is waited for or watched: how it is read, and when there is nothing more to wait for. */
export interface Watched<R> {
  id: string;
  read: () => Promise<R | null>;
  hasEnded: (resource: R) => boolean;
}

/** `ends`: only the end is of interest. */
interface Waker {
  ends: boolean;
  wake: () => void;
}

/** How often what was waited for is read at the end, while Redis is away, and the pause in between, in milliseconds. */
const lastReads = 10;
const readAgainMs = 200;

/** Changes after which work, or a batch, goes on; any other message is an end of some kind. */
const goingOn = ['queued', 'processing', 'progressed'];

/**
 * Callers that wait for work to end or to change: one subscription per process, whatever their number. Messages are
 * lost while a connection is away, so every waiter also looks for itself each `pollMs`.
 */
export class Waiters {
  readonly #wakers = new Map<string, Set<Waker>>();
  readonly #subscriber: RedisClient;
  readonly #channel: string;
  readonly #pollMs: number;
  #stopped = false;

  constructor(subscriber: RedisClient, channel: string, pollMs: number) {
    this.#subscriber = subscriber;
    this.#channel = channel;
    this.#pollMs = pollMs;
    subscriber.on('message', (_channel: string, message: string) => {
      const [id, state] = message.split(' ') as [string, string];
      this.#wake(id, !goingOn.includes(state));
    });
  }

  /** Subscribes, as soon as Redis is there. */
  start(): void {
    void subscribe(this.#subscriber, this.#channel);
  }

  /** Ids that somebody waits for now. */
  get ids(): string[] {
    return [...this.#wakers.keys()];
  }

  /**
   * Waits until the work has ended.
   * @throws the signal's reason when it aborts; `shutting_down` when the queue stops; whatever the first `read` throws.
   *   Later failures to read are waited out.
   */
  async wait<R>(watched: Watched<R>, { timeoutMs, signal }: Omit<WaitOptions, 'tenant'>): Promise<WaitOutcome<R>> {
    const deadline = performance.now() + timeoutMs;
    let last: R | null = null;
    for await (const work of this.readings(watched, { ends: true, deadline, signal })) {
      if (work !== null && watched.hasEnded(work)) return { status: 'finished', work };
      last = work;
      if (work === null) break;
    }
    if (last !== null) last = await readLast(watched, last);
    if (last === null) return { status: 'not_found' };
    return { status: watched.hasEnded(last) ? 'finished' : 'pending', work: last };
  }

  /**
   * The work each time it has changed since the version `after`, to its end. Versions that follow each other quickly may
   * come as one, the last. After Redis has lost data they may go on from an earlier version, but never from one that was
   * seen: an end is always told.
   * @throws as `wait`, and `not_found`
   */
  async *watch<R extends { version: number }>(
    watched: Watched<R>,
    after: number,
    signal?: AbortSignal,
  ): AsyncGenerator<R> {
    let seen = after;
    for await (const work of this.readings(watched, { ends: false, signal })) {
      if (work === null) throw new BlipqError('not_found', 'There is nothing with this id.');
      if (work.version !== seen) {
        seen = work.version;
        yield work;
      }
      if (watched.hasEnded(work)) return;
    }
  }

  /**
   * The work as it is now, and again whenever it may have changed (or ended) before the deadline; null when there is
   * none. While Redis is away it is as it was read last.
   */
  async *readings<R>(
    { id, read }: Watched<R>,
    { ends, deadline = Infinity, signal }: { ends: boolean; deadline?: number; signal?: AbortSignal | undefined },
  ): AsyncGenerator<R | null> {
    let last: R | undefined;
    for (;;) {
      // Registered before the record is read, so that a change between the two is not missed.
      const next = this.#next(id, ends, Math.min(this.#pollMs, Math.max(0, deadline - performance.now())), signal);
      try {
        const work = await read().catch((error: unknown) =>
          last !== undefined && away(error) ? last : Promise.reject(error),
        );
        yield work;
        last = work ?? undefined;
        await next.awake;
        signal?.throwIfAborted();
        this.#throwIfStopped();
        if (performance.now() >= deadline) return;
      } finally {
        next.wake();
      }
    }
  }

  /** Wakes all waiters with `shutting_down`. */
  stop(): void {
    this.#stopped = true;
    for (const id of this.ids) this.#wake(id, true);
  }

  #throwIfStopped(): void {
    if (this.#stopped) throw new BlipqError('shutting_down', 'This server is shutting down.', { retryAfterS: 1 });
  }

  /** Awake when the work has ended (or changed), the time has passed, the signal aborts or `wake` is called. */
  #next(
    id: string,
    ends: boolean,
    timeoutMs: number,
    signal?: AbortSignal,
  ): { awake: Promise<void>; wake: () => void } {
    const wakers = this.#wakers.get(id) ?? new Set();
    this.#wakers.set(id, wakers);
    const waker: Waker = { ends, wake: () => {} };
    const awake = new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        wakers.delete(waker);
        if (wakers.size === 0 && this.#wakers.get(id) === wakers) this.#wakers.delete(id);
        resolve();
      };
      waker.wake = wake;
      const timer = setTimeout(wake, timeoutMs);
      signal?.addEventListener('abort', wake);
    });
    wakers.add(waker);
    if (signal?.aborted || this.#stopped) waker.wake();
    return { awake, wake: waker.wake };
  }

  #wake(id: string, ended: boolean): void {
    for (const { ends, wake } of [...(this.#wakers.get(id) ?? [])]) if (ended || !ends) wake();
  }
}

/**
 * Read once more, for Redis may have lost it since; while Redis is away, as it was.
 * @param last what was read before
 */
async function readLast<R>({ read }: Watched<R>, last: R): Promise<R | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await read();
    } catch (error) {
      if (!away(error)) throw error;
      if (tries === lastReads) return last;
      await delay(readAgainMs);
    }
  }
}

/** Redis is away for now, as opposed to an answer such as `result_expired`. */
function away(error: unknown): boolean {
  return error instanceof BlipqError && error.code === 'queue_unavailable';
}
