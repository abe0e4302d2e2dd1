import { BlipqError, type ErrorCode } from './blipq-error.js';
import { eventData } from './events.js';
import type { components, paths } from './gen/api.js';
import { type Http, pause } from './http.js';
import { bodyOf, type ImageSource } from './image.js';
import { newId } from './new-id.js';

type Schemas = components['schemas'];
/** What is asked beside the image. */
interface Requests {
  captions: Omit<Schemas['CaptionRequest'], 'image'>;
  answers: Omit<Schemas['AnswerRequest'], 'image'>;
  matches: Omit<Schemas['MatchRequest'], 'image'>;
}
export interface Resources {
  captions: Schemas['Caption'];
  answers: Schemas['Answer'];
  matches: Schemas['Match'];
}
export type Kind = keyof Resources;
type ListQuery = NonNullable<paths['/v1/captions']['get']['parameters']['query']>;

export interface CallOptions {
  /** Ends the call with the signal's reason. */
  signal?: AbortSignal;
}

export type CreateOptions<K extends Kind> = Requests[K] &
  CallOptions & {
    /** The same key and request make one resource, however often they are sent. */
    idempotencyKey?: string;
    /** Have the model run even if the result of an equal request is stored. */
    fresh?: boolean;
  };

export interface RetryOptions extends CallOptions {
  /** The same key makes one retry, however often it is sent. */
  idempotencyKey?: string;
}

export interface WaitOptions<Resource> extends CallOptions {
  /** Called with every change that is seen, the end included. */
  onUpdate?: (resource: Resource) => void;
}
export type RunOptions<K extends Kind> = CreateOptions<K> & WaitOptions<Resources[K]>;

/** Seconds that one request waits for the end on the server, which has at most 60. */
const waitS = 30;
const ended = (state: string) => !['queued', 'processing'].includes(state);

/** `/v1/captions`, `/v1/answers` or `/v1/matches`. */
export class Collection<K extends Kind> {
  readonly #http: Http;
  readonly #path: '/v1/captions';
  readonly #prefix: string;

  constructor(http: Http, kind: K) {
    this.#http = http;
    // They have one life under three names, so one of them stands for all where paths are typed.
    this.#path = `/v1/${kind}` as '/v1/captions';
    this.#prefix = kind.slice(0, 3);
  }

  /** Submits an image and answers with the resource as it is then, queued as a rule. */
  async create(image: ImageSource, options?: CreateOptions<K>): Promise<Resources[K]> {
    return await this.#put(await this.#idOf(options), image, options);
  }

  /** The resource as it is now. */
  async get(id: string, { signal }: CallOptions = {}): Promise<Resources[K]> {
    return await this.#read(id, signal);
  }

  /** The resource once it has ended, however it did; `seen` is the version that needs no `onUpdate` any more. */
  async wait(
    id: string,
    { signal, onUpdate, seen = 0 }: WaitOptions<Resources[K]> & { seen?: number } = {},
  ): Promise<Resources[K]> {
    const see = (resource: Resources[K]) => {
      if (resource.version !== seen) onUpdate?.(resource);
      seen = resource.version;
      return resource;
    };
    // Whatever keeps events from arriving, asking still works.
    if (onUpdate) for await (const one of this.#events(id, signal)) if (ended(see(one).state)) return one;
    for (;;) {
      const askedAt = Date.now();
      const latest = see(await this.#read(id, signal, waitS));
      if (ended(latest.state)) return latest;
      // The server had no place to wait in, or is about to stop.
      if (Date.now() - askedAt < 1000) await pause(1000, signal);
    }
  }

  /** Every resource there is, newest first; pages are fetched as they are needed. */
  async *list({ signal, ...query }: ListQuery & CallOptions = {}): AsyncGenerator<Resources[K]> {
    const get = (signal: AbortSignal) => this.#http.api.GET(this.#path, { params: { query }, signal });
    do {
      const page = await this.#http.send(get, signal);
      yield* page.data as Resources[K][];
      query.cursor = page.next_cursor ?? '';
    } while (query.cursor);
  }

  /** Cancels what has not ended yet. */
  async cancel(id: string, { signal }: CallOptions = {}): Promise<Resources[K]> {
    const params = { path: { id } };
    const cancel = (signal: AbortSignal) =>
      this.#http.api.POST(`${this.#path}/{id}/cancel`, { params, signal, keepalive: true });
    return (await this.#http.send(cancel, signal)) as Resources[K];
  }

  /**
   * Has the image of work that ended without a result worked on once more, as a new resource.
   *
   * @throws BlipqError `input_expired` once the server has no longer got the image
   */
  async retry(id: string, { signal, idempotencyKey }: RetryOptions = {}): Promise<Resources[K]> {
    // A retry whose answer was lost must not make two.
    const header = { 'Idempotency-Key': idempotencyKey ?? (await newId('retry')) };
    const params = { path: { id }, header };
    const retry = (signal: AbortSignal) => this.#http.api.POST(`${this.#path}/{id}/retry`, { params, signal });
    return (await this.#http.send(retry, signal)) as Resources[K];
  }

  /**
   * Submits an image and waits for its result. An abort cancels the work, at whatever point it comes.
   *
   * @throws BlipqError, also for work that ends without a result
   */
  async run(image: ImageSource, options?: RunOptions<K>): Promise<Resources[K]> {
    const { onUpdate, signal } = options ?? {};
    const id = await this.#idOf(options);
    signal?.throwIfAborted();
    try {
      const first = await this.#put(id, image, options, onUpdate ? 0 : waitS);
      onUpdate?.(first);
      const last = ended(first.state) ? first : await this.wait(id, { ...options, seen: first.version });
      if (last.state === 'succeeded') return last;
      const { code, detail, retryable } = last.error ?? {
        code: last.state as ErrorCode,
        detail: `It was ${last.state}.`,
      };
      throw new BlipqError(code, detail, retryable ?? false);
    } catch (error) {
      if (signal?.aborted) void this.#abandon(id);
      throw error;
    }
  }

  /** Cancels work whose caller has gone. A submit that was cut off may arrive a moment later than this does. */
  async #abandon(id: string): Promise<void> {
    for (const ms of [0, 500, 2000]) {
      await pause(ms);
      if (await this.cancel(id).catch((error) => error.code !== 'not_found')) return;
    }
  }

  async #idOf(options?: CreateOptions<K>): Promise<string> {
    return await newId(this.#prefix, options?.idempotencyKey);
  }

  async #put(id: string, image: ImageSource, options?: RunOptions<K>, waitS = 0): Promise<Resources[K]> {
    const { signal, idempotencyKey: _, fresh, onUpdate: __, ...asked } = options ?? ({} as RunOptions<K>);
    const body = bodyOf(image, asked) as never;
    const headers = { ...(fresh && { 'cache-control': 'no-cache' }), ...(waitS && { prefer: `wait=${waitS}` }) };
    const put = (signal: AbortSignal) =>
      this.#http.api.PUT(`${this.#path}/{id}`, { params: { path: { id } }, body, headers, signal });
    return (await this.#http.send(put, signal, waitS * 1000)) as Resources[K];
  }

  async #read(id: string, signal?: AbortSignal, waitS = 0): Promise<Resources[K]> {
    const init = { params: { path: { id } }, headers: waitS ? { prefer: `wait=${waitS}` } : {} };
    const get = (signal: AbortSignal) => this.#http.api.GET(`${this.#path}/{id}`, { ...init, signal });
    return (await this.#http.send(get, signal, waitS * 1000)) as Resources[K];
  }

  async *#events(id: string, signal?: AbortSignal): AsyncGenerator<Resources[K]> {
    try {
      const init = { params: { path: { id } }, parseAs: 'stream', ...(signal && { signal }) } as const;
      const { data } = await this.#http.api.GET(`${this.#path}/{id}/events`, init);
      if (data) yield* eventData(data) as AsyncGenerator<Resources[K]>;
    } catch {
      signal?.throwIfAborted();
    }
  }
}
