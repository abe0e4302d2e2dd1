import type { Kind, Results } from './collection.js';
import { type CallOptions, Endpoint } from './endpoint.js';
import { pieces } from './events.js';
import type { components, paths } from './gen/api.js';
import { pause } from './http.js';
import { newId } from './new-id.js';

type Schemas = components['schemas'];
type ListQuery = NonNullable<paths['/v1/batches']['get']['parameters']['query']>;

/** One item of a batch: an image by its URL or in base64, what is asked about it, and a `key` of the caller's. */
export type BatchItem = Schemas['BatchRequest']['items'][number];

/** What became of an item of a batch. One that has succeeded has its resource, with the result. */
export type BatchOutcome = Omit<Schemas['BatchResult'], 'status' | 'data' | 'error'> &
  (
    | { status: 'succeeded'; data: Results[Kind]; error: null }
    | {
        status: Exclude<Schemas['BatchResult']['status'], 'succeeded'>;
        data: Schemas['BatchResult']['data'];
        error: Schemas['BatchResult']['error'];
      }
  );

export interface CreateBatchOptions extends CallOptions {
  /** The same key and items make one batch, however often they are sent. */
  idempotencyKey?: string | undefined;
  metadata?: Schemas['Batch']['metadata'] | undefined;
  webhook?: Schemas['BatchRequest']['webhook'] | undefined;
}

/** `/v1/batches`. */
export class Batches extends Endpoint<Schemas['Batch'], Schemas['BatchSummary'], ListQuery> {
  /** Submits up to 10,000 items. Their images are fetched afterwards. */
  async create(
    items: BatchItem[],
    { idempotencyKey, signal, ...head }: CreateBatchOptions = {},
  ): Promise<Schemas['Batch']> {
    idempotencyKey ??= await newId('bat');
    // The server takes items as they come, so what is said of all of them stands before them.
    const body = { ...head, items };
    return this.http.call('POST', this.path, { body, headers: { 'idempotency-key': idempotencyKey } }, signal);
  }

  /**
   * What became of each item, as the items end, until all have. A stream that breaks off goes on where it was.
   *
   * @param options `cursor`: that of the last result that is known
   */
  async *results(
    id: string,
    { cursor, signal }: CallOptions & { cursor?: string | undefined } = {},
  ): AsyncGenerator<BatchOutcome> {
    let failingSince = 0;
    for (;;) {
      const init = { params: { query: { cursor } }, parseAs: 'stream' };
      const stream = await this.one<ReadableStream<Uint8Array>>('GET', id, '/results', init, signal);
      try {
        for await (const line of pieces(stream, '\n', signal)) {
          if (!line) continue;
          const result = JSON.parse(line) as BatchOutcome;
          [cursor, failingSince] = [result.cursor, 0];
          yield result;
        }
        return;
      } catch (error) {
        signal?.throwIfAborted();
        failingSince ||= Date.now();
        if (Date.now() - failingSince > this.http.retryForMs) throw error;
        await pause(500, signal);
      }
    }
  }
}
