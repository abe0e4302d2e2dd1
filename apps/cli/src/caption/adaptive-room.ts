/** Bounds of the number of images on their way to a server. */
const bounds = { start: 16, min: 1, max: 256 };

/** How many images to have on their way: more while the server has nothing waiting, fewer when it refuses some. */
export class AdaptiveRoom {
  #size = bounds.start;

  get size(): number {
    return Math.floor(this.#size);
  }

  /** An image came back after it had waited in the queue and then run, in milliseconds. */
  done(queuedMs: number, runMs: number): void {
    // Once images wait as long as they run there is always a next one for the model.
    if (queuedMs < runMs) this.#size = Math.min(this.#size + 1, bounds.max);
  }

  /** The server had no room or wants fewer requests. */
  refused(): void {
    this.#size = Math.max(this.#size * 0.7, bounds.min);
  }
}
