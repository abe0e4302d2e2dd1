import {
  createGuardedAgent,
  type FetchGuardedOptions,
  fetchGuarded,
  type GuardedAgent,
  type TargetPolicy,
} from '@blipq/webhooks';

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

  /** The URL, and the name and port of its host. @throws BlipqError `url_blocked`, of what needs no look-up in DNS */
  check(text: string): { url: string; host: string } {
    const { href, host } = this.#agent.checkUrl(text);
    return { url: href, host };
  }

  /** @throws BlipqError `url_blocked`, `fetch_failed`, `fetch_timeout`, `image_too_large`; the signal's reason */
  async fetch(url: string, options: Pick<FetchGuardedOptions, 'signal' | 'charge'>): Promise<Uint8Array> {
    const bounds = { bytesMax: this.#imageBytesMax, timeoutMs: this.#timeoutMs };
    return (await fetchGuarded(this.#agent, url, { ...bounds, ...options })).bytes;
  }

  stop(): void {
    this.#agent.close();
  }
}
