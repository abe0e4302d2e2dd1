import type { Http } from './http.js';

export interface CallOptions {
  /** Ends the call with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What `/v1/captions`, `/v1/answers`, `/v1/matches` and `/v1/batches` have in common. */
export class Endpoint<Resource, Listed, Query extends { cursor?: string }> {
  /** @internal */
  readonly http: Http;
  protected readonly path: string;

  /** @internal */
  constructor(http: Http, path: string) {
    this.http = http;
    this.path = path;
  }

  /**
   * The resource as it is now.
   *
   * @param waitS seconds for which the server waits for its end before it answers
   */
  get(id: string, options?: CallOptions, waitS = 0): Promise<Resource> {
    return this.one('GET', id, '', {}, options?.signal, waitS);
  }

  /** Cancels what has not ended yet. */
  cancel(id: string, options?: CallOptions): Promise<Resource> {
    return this.one('POST', id, '/cancel', { keepalive: true }, options?.signal);
  }

  /** Everything there is, newest first; pages are fetched as they are needed. */
  async *list({ signal, ...query }: Query & CallOptions = {} as Query): AsyncGenerator<Listed> {
    do {
      type Page = { data: Listed[]; next_cursor: string };
      const page: Page = await this.http.call('GET', this.path, { params: { query } }, signal);
      yield* page.data;
      // Null at the end.
      query.cursor = page.next_cursor;
    } while (query.cursor);
  }

  /**
   * Calls an operation of one resource, which the server may put off for so long.
   *
   * @throws TypeError for an id with which the path would be that of another resource
   */
  protected async one<T = Resource>(
    method: 'GET' | 'POST' | 'PUT',
    id: string,
    operation: string,
    { headers, ...init }: { headers?: object; [option: string]: unknown },
    signal?: AbortSignal,
    waitS = 0,
  ): Promise<T> {
    if (/^\.{0,2}$/.test(id)) throw new TypeError(`no id: "${id}"`);
    return this.http.call(
      method,
      `${this.path}/${encodeURIComponent(id)}${operation}`,
      { ...init, headers: { ...headers, ...(waitS && { prefer: `wait=${waitS}` }) } },
      signal,
      waitS * 1000,
    );
  }
}
