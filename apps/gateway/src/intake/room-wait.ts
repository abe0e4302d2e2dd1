import { setTimeout as delay } from 'node:timers/promises';
import { BlipqError } from '@blipq/contracts';

export interface RoomBounds {
  /** Longest that an item waits while none of its batch is taken, in milliseconds. */
  standstillMs: number;
  /** Longest that items of one batch wait for room, from the first wait on. */
  totalMs: number;
  /** Between two looks. */
  everyMs: number;
}

const boundsDefault: RoomBounds = { standstillMs: 60_000, totalMs: 3_600_000, everyMs: 500 };

/**
 * Items of one batch that bring their images along wait here while the queue is full; meanwhile no more of the body is
 * read. Once none of them has found room for a minute they are refused, and so are those behind them, which do not wait,
 * until one finds room again.
 */
export class RoomWait {
  readonly #bounds: RoomBounds;
  /** Since when none has found room. */
  #fullSinceMs: number | undefined;
  /** When the first wait began. */
  #firstMs: number | undefined;
  /** The pause that all who wait share. */
  #pause: Promise<void> | undefined;

  constructor(bounds: Partial<RoomBounds> = {}) {
    this.#bounds = { ...boundsDefault, ...bounds };
  }

  /** Submits an item, again and again while there is no room for it. @throws BlipqError as `submit` */
  async submit<T>(submit: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const taken = await submit();
        this.#fullSinceMs = undefined;
        return taken;
      } catch (error) {
        if (!isFull(error) || this.#isOver(performance.now())) throw error;
        this.#pause ??= delay(this.#bounds.everyMs).finally(() => {
          this.#pause = undefined;
        });
        await this.#pause;
      }
    }
  }

  #isOver(nowMs: number): boolean {
    this.#firstMs ??= nowMs;
    this.#fullSinceMs ??= nowMs;
    const { standstillMs, totalMs } = this.#bounds;
    return nowMs - this.#fullSinceMs >= standstillMs || nowMs - this.#firstMs >= totalMs;
  }
}

function isFull(error: unknown): boolean {
  return error instanceof BlipqError && (error.code === 'queue_full' || error.code === 'tenant_queue_full');
}
