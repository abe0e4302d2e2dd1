/** A sender that brings less than 1 kB/s for so long is let go. */
export const paceWindowMs = 10_000;
export const paceBytesMin = 10_000;

/** Whether a sender is slow. Only time in which its body is read counts: what it may not send yet does not make it slow. */
export class SenderPace {
  #bytes = 0;
  #readMs = 0;
  /** Since when the body is read; undefined while it is not. */
  #sinceMs: number | undefined;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  came(bytes: number): void {
    this.#bytes += bytes;
  }

  hold(nowMs: number): void {
    this.#count(nowMs);
    this.#sinceMs = undefined;
  }

  go(nowMs: number): void {
    this.#sinceMs = nowMs;
  }

  /** To be asked now and then: whether too little came within the window that has passed, if one has. */
  isSlow(nowMs: number): boolean {
    this.#count(nowMs);
    if (this.#readMs < paceWindowMs) return false;
    const isSlow = this.#bytes < paceBytesMin;
    this.#bytes = 0;
    this.#readMs = 0;
    return isSlow;
  }

  #count(nowMs: number): void {
    if (this.#sinceMs === undefined) return;
    this.#readMs += nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
  }
}
