import { setTimeout as delay } from 'node:timers/promises';
import { type ServicePart, StartupError } from '@blipq/service';

const pauseMs = 50;
const limitMs = 30_000;

/** Waits until the gateway can take a caption: it must have seen the manifest that the worker has just registered. */
export class Answering implements ServicePart {
  readonly #url: string;
  readonly #stopping: AbortSignal;

  constructor(gatewayUrl: string, stopping: AbortSignal) {
    this.#url = `${gatewayUrl}/readyz`;
    this.#stopping = stopping;
  }

  /** @throws StartupError with the gateway's own reason when it is not ready within 30 s */
  async start(): Promise<void> {
    const endAtMs = performance.now() + limitMs;
    for (;;) {
      const trouble = await this.#trouble();
      if (trouble === undefined || this.#stopping.aborted) return;
      if (performance.now() > endAtMs) throw new StartupError(`the gateway is up but not ready: ${trouble}`);
      await delay(pauseMs, undefined, { signal: this.#stopping }).catch(() => {});
    }
  }

  stop(): void {}

  async #trouble(): Promise<string | undefined> {
    try {
      const response = await fetch(this.#url, { signal: this.#stopping });
      return response.ok ? undefined : (await response.text()).trim();
    } catch (error) {
      return (error as Error).message;
    }
  }
}
