import type { Http } from './http.js';

export interface CallOptions {
  /** Ends the call with the signal's reason. */
  signal?: AbortSignal;
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
  get(id: string, { signal }: CallOptions = {}, waitS = 0): Promise<Resource> {
    return this.one('GET', id, '', {}, signal, waitS);
  }

  /** Cancels what has not ended yet. */
  cancel(id: string, { signal }: CallOptions = {}): Promise<Resource> {
    return this.one('POST', id, '/cancel', { keepalive: true }, signal);
  }

  /** Everything there is, newest first; pages are fetched as they are needed. */
  async *list({ signal, ...query }: Query & CallOptions = {} as Query): AsyncGenerator<Listed> {
    do {
      const init = { params: { query } };
      const page = await this.http.call<{ data: Listed[]; next_cursor: string | null }>('GET', this.path, init, signal);
      yield* page.data;
      query.cursor = page.next_cursor ?? '';
    } while (query.cursor);
  }

  /** Calls an operation of one resource, which the server may put off for so long. */
  protected one<T = Resource>(
    method: 'GET' | 'POST' | 'PUT',
    id: string,
    operation: string,
    { headers, ...init }: { headers?: object; [option: string]: unknown },
    signal?: AbortSignal,
    waitS = 0,
  ): Promise<T> {
    const path = `${this.path}/${encodeURIComponent(id)}${operation}`;
    const asked = { ...init, headers: { ...headers, ...(waitS && { prefer: `wait=${waitS}` }) } };
    return this.http.call(method, path, asked, signal, waitS * 1000);
  }
}
