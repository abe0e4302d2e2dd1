import { createGuardedAgent, fetchGuarded, type GuardedAgent, type TargetPolicy } from '@blipq/webhooks';

export interface ImageFetcherOptions extends TargetPolicy {
  /** For everything, redirects included. Milliseconds. */
  timeoutMs: number;
  /** Bytes of an image at most. */
  imageBytesMax: number;
}

/** Fetches images by URL, under the address guard. */
export class ImageFetcher {
  readonly #agent: GuardedAgent;
  readonly #timeoutMs: number;
  readonly #imageBytesMax: number;

  /** @throws Error when a network of the allow-list is none */
  constructor({ timeoutMs, imageBytesMax, ...policy }: ImageFetcherOptions) {
    this.#imageBytesMax = imageBytesMax;
    this.#agent = createGuardedAgent(policy);
    this.#timeoutMs = timeoutMs;
  }

  start(): void {}

  /**
   * @param charge is told of each piece before it is kept; what it throws ends the fetch
   * @throws BlipqError `url_blocked`, `fetch_failed`, `fetch_timeout`, `image_too_large`; the signal's reason
   */
  async fetch(url: string, signal: AbortSignal, charge: (bytes: number) => void): Promise<Uint8Array> {
    const options = { bytesMax: this.#imageBytesMax, timeoutMs: this.#timeoutMs, signal, charge };
    return (await fetchGuarded(this.#agent, url, options)).bytes;
  }

  stop(): void {
    this.#agent.close();
  }
}
