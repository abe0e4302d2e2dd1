import { once } from 'node:events';
import type { CaptionHandler, CaptionWork } from '@blipq/queue';
import { echoHandler } from './live-gateway.js';

/** A handler that answers at once, but holds captions with the prompt "hold" until they are let go or canceled. */
export class HeldHandler {
  #letGo = new AbortController();
  #began: (() => void) | undefined;

  readonly handle: CaptionHandler = async (work: CaptionWork, signal: AbortSignal) => {
    if (work.prompt === 'hold') {
      this.#began?.();
      const either = AbortSignal.any([signal, this.#letGo.signal]);
      if (!either.aborted) await once(either, 'abort');
      signal.throwIfAborted();
    }
    return echoHandler(work, signal);
  };

  /** Resolves when the next held caption is being worked on. Ask before it is submitted. */
  nextBegun(): Promise<void> {
    return new Promise((resolve) => {
      this.#began = resolve;
    });
  }

  letGo(): void {
    this.#letGo.abort();
    this.#letGo = new AbortController();
  }
}
