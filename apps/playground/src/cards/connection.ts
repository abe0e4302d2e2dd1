import { Blipq, BlipqError, type components } from '@blipq/client';
import { browserStorage } from './browser-storage.js';
import { Changes } from './changes.js';

/** A model of `GET /v1/models`. */
export type ModelOnOffer = components['schemas']['Model'];

/** What keeps requests from being answered for the moment; they are repeated by themselves. */
export interface Outage {
  kind: 'offline' | 'limited' | 'busy';
  detail: string;
  /** When the server wants to be asked again, in milliseconds since 1970. */
  until?: number;
}

/** Requests go on being repeated for as long as somebody may leave a page open over a lunch. */
const retryForMs = 3_600_000;
const keyPlace = 'blipq.playground.api-key';

/** The server that this page came from: its client, its models, and how well it can be reached. */
export class Connection extends Changes {
  /** Where the API is: two levels above the page's script, whatever a proxy puts before it. */
  readonly server = new URL(/* @vite-ignore */ '../..', import.meta.url).href.replace(/\/$/, '');
  client!: Blipq;
  /** Undefined until they were read. */
  models: ModelOnOffer[] | undefined;
  /** Why they cannot be read. */
  failure: BlipqError | undefined;
  outage: Outage | undefined;
  keyNeeded = false;
  readonly #storage = browserStorage('sessionStorage');
  #reading = false;

  constructor() {
    super();
    this.#connect();
    addEventListener('offline', () => this.#set(offline()));
    addEventListener('online', () => this.#set(undefined));
  }

  get apiKey(): string | undefined {
    return this.#storage.getItem(keyPlace) ?? undefined;
  }

  /** Takes a key, which is kept until this tab is closed. */
  useKey(key: string): void {
    // Throws for a key that no header can hold, which is then not kept.
    this.#connect(key);
    this.#storage.setItem(keyPlace, key);
    this.keyNeeded = false;
    this.changed();
    void this.readModels();
  }

  async readModels(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      this.models = await this.client.models();
      this.failure = undefined;
    } catch (error) {
      this.failure = error instanceof BlipqError ? error : new BlipqError('bad_response', String(error), false);
    }
    this.#reading = false;
    this.changed();
  }

  #connect(apiKey = this.apiKey): void {
    const fetch: typeof globalThis.fetch = (input, init) => this.#watched(input, init);
    this.client = new Blipq({ server: this.server, retryForMs, fetch, ...(apiKey && { apiKey }) });
  }

  async #watched(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    try {
      const response = await fetch(input, init);
      await this.#see(response);
      return response;
    } catch (error) {
      if (!init?.signal?.aborted) this.#set(offline());
      throw error;
    }
  }

  async #see(response: Response): Promise<void> {
    const { status } = response;
    if (status === 401) {
      this.keyNeeded = true;
      this.changed();
    }
    if (status !== 429 && status !== 503) return this.#set(undefined);
    const afterS = Number(response.headers.get('retry-after'));
    const problem = await response
      .clone()
      .json()
      .catch(() => ({}));
    this.#set({
      kind: status === 429 ? 'limited' : 'busy',
      detail: problem.detail ?? 'The server is busy.',
      ...(afterS > 0 && { until: Date.now() + 1000 * afterS }),
    });
  }

  #set(outage: Outage | undefined): void {
    if (outage === undefined && this.outage === undefined) return;
    this.outage = outage;
    this.changed();
  }
}

function offline(): Outage {
  const detail = navigator.onLine ? 'The server cannot be reached.' : 'This device is offline.';
  return { kind: 'offline', detail: `${detail} Nothing is lost: the page goes on as soon as it is back.` };
}
