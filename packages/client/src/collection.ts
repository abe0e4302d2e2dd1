import { errorOfEnd } from './blipq-error.js';
import { type CallOptions, Endpoint } from './endpoint.js';
import { pieces } from './events.js';
import type { components, paths } from './gen/api.js';
import { pause } from './http.js';
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
/** A resource that has succeeded, so that its result is there. */
type Succeeded<Resource, Result extends keyof Resource> = Resource & { state: 'succeeded'; error: null } & {
  [Name in Result]: NonNullable<Resource[Name]>;
};
/** The resources of work that has succeeded. */
export interface Results {
  captions: Succeeded<Schemas['Caption'], 'caption'>;
  answers: Succeeded<Schemas['Answer'], 'answers'>;
  matches: Succeeded<Schemas['Match'], 'matches'>;
}
type ListQuery = NonNullable<paths['/v1/captions']['get']['parameters']['query']>;

export type CreateOptions<K extends Kind> = Requests[K] &
  CallOptions & {
    /** The same key and request make one resource, however often they are sent. */
    idempotencyKey?: string | undefined;
    /** Have the model run even if the result of an equal request is stored. */
    fresh?: boolean | undefined;
  };

export interface RetryOptions extends CallOptions {
  /** The same key makes one retry, however often it is sent. */
  idempotencyKey?: string | undefined;
}

export interface WaitOptions<Resource> extends CallOptions {
  /** Called with every change that is seen, the end included. */
  onUpdate?: ((resource: Resource) => void) | undefined;
}
export type RunOptions<K extends Kind> = CreateOptions<K> & WaitOptions<Resources[K]>;

/** Seconds that one request waits for the end on the server, which has at most 60. */
const waitS = 30;
const ended = (state: string) => !['queued', 'processing'].includes(state);

/** `/v1/captions`, `/v1/answers` or `/v1/matches`. */
export class Collection<K extends Kind> extends Endpoint<Resources[K], Resources[K], ListQuery> {
  /** Submits an image and answers with the resource as it is then, queued as a rule. */
  async create(image: ImageSource, options?: CreateOptions<K>): Promise<Resources[K]> {
    return this.#put(await this.#newId(options), image, options);
  }

  /** The resource once it has ended, however it did; `seen` is the version that needs no `onUpdate` any more. */
  async wait(id: string, options: WaitOptions<Resources[K]> & { seen?: number } = {}): Promise<Resources[K]> {
    let { signal, onUpdate, seen = 0 } = options;
    const see = (resource: Resources[K]) => {
      if (resource.version !== seen) onUpdate?.(resource);
      seen = resource.version;
      return resource;
    };
    // Whatever keeps events from arriving, asking still works.
    if (onUpdate) for await (const one of this.#events(id, options)) if (ended(see(one).state)) return one;
    for (;;) {
      const askedAt = Date.now();
      const latest = see(await this.get(id, options, waitS));
      if (ended(latest.state)) return latest;
      // The server had no place to wait in, or is about to stop.
      if (Date.now() - askedAt < 1000) await pause(1000, signal);
    }
  }

  /**
   * Has the image of work that ended without a result worked on once more, as a new resource.
   *
   * @throws BlipqError `input_expired` once the server has no longer got the image
   */
  async retry(id: string, { signal, idempotencyKey }: RetryOptions = {}): Promise<Resources[K]> {
    // A retry whose answer was lost must not make two.
    idempotencyKey ??= await newId('retry');
    return this.one('POST', id, '/retry', { headers: { 'idempotency-key': idempotencyKey } }, signal);
  }

  /**
   * Submits an image and waits for its result. An abort cancels the work, at whatever point it comes.
   *
   * @throws BlipqError, also for work that ends without a result
   */
  async run(image: ImageSource, options?: RunOptions<K>): Promise<Results[K]> {
    const { onUpdate, signal } = options ?? {};
    const id = await this.#newId(options);
    signal?.throwIfAborted();
    try {
      const first = await this.#put(id, image, options, onUpdate ? 0 : waitS);
      onUpdate?.(first);
      const last = ended(first.state) ? first : await this.wait(id, { ...options, seen: first.version });
      if (last.state === 'succeeded') return last as Results[K];
      throw errorOfEnd(last.state, last.error);
    } catch (error) {
      if (signal?.aborted) void this.#abandon(id);
      throw error;
    }
  }

  /** Cancels work whose caller has gone. A server that is busy takes in a submit that was cut off later than this. */
  async #abandon(id: string): Promise<void> {
    for (const ms of [0, 500, 2000, 8000, 30_000]) {
      await pause(ms, undefined, ms <= 2000);
      if (await this.cancel(id).catch((error) => error.code !== 'not_found')) return;
    }
  }

  /** `cap_…` for `/v1/captions`. */
  #newId(options?: CreateOptions<K>): Promise<string> {
    return newId(this.path.slice(4, 7), options?.idempotencyKey);
  }

  #put(id: string, image: ImageSource, options?: RunOptions<K>, waitS = 0): Promise<Resources[K]> {
    const { signal, idempotencyKey: _, fresh, onUpdate: __, ...asked } = options ?? ({} as RunOptions<K>);
    const headers = { ...(fresh && { 'cache-control': 'no-cache' }) };
    return this.one('PUT', id, '', { body: bodyOf(image, asked), headers }, signal, waitS);
  }

  /** What server-sent events (WHATWG) have as data. Comments and other fields are left out. */
  async *#events(id: string, { signal }: CallOptions): AsyncGenerator<Resources[K]> {
    try {
      // All three stream alike, so one of them stands for all where paths are typed.
      const init = { parseAs: 'stream', signal } as never;
      const { data } = await this.http.api.GET(`${this.path}/${id}/events` as '/v1/captions/{id}/events', init);
      for await (const event of pieces(data as never, '\n\n')) {
        const json = /^data: ?(.*)$/m.exec(event)?.[1];
        if (json) yield JSON.parse(json);
      }
    } catch {
      signal?.throwIfAborted();
    }
  }
}
