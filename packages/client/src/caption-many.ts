import type { Batches, BatchItem } from './batches.js';
import { BlipqError, errorOfEnd } from './blipq-error.js';
import type { Collection, Kind, Results, RunOptions } from './collection.js';
import type { CallOptions } from './endpoint.js';
import { bodyOf, type ImageSource } from './image.js';

/** An image, or an image with what is asked about it. */
export type ManyItem<K extends Kind> = ImageSource | ({ image: ImageSource } & Partial<RunOptions<K>>);

/** What became of one item: its resource or its error. */
export type ManyResult<K extends Kind, Item> =
  | { index: number; item: Item; resource: Results[K]; error?: never }
  | { index: number; item: Item; resource?: never; error: Error };

/** An item that has not ended. */
interface Open<Item> {
  index: number;
  item: Item;
}

export interface ManyOptions extends CallOptions {
  /** How many are on their way at once; a function is asked before each. Default 16, and 8,000 in batches. */
  concurrency?: number | (() => number) | undefined;
}

/** Of images that go in batches, the most in one. */
const batchItemsMax = 1000;
/** Batches under way at once. */
const batchesMax = 4;
/** Items in batches, under way and waiting for one. */
const batchedMax = 2 * batchItemsMax * batchesMax;
/** How long the first of a batch waits for others. */
const gatherMs = 50;
/** When an item that the server had no room for is sent again. */
const againMs = 2000;

/**
 * Runs every item and yields what became of each, as they end. No item is taken from the iterable before there is room
 * for it, and results that were not fetched yet take room too. Leaving the loop cancels what is under way.
 *
 * @throws the signal's reason, and what the iterable itself throws
 */
export async function* runMany<K extends Kind, Item extends ManyItem<K>>(
  collection: Collection<K>,
  items: Iterable<Item> | AsyncIterable<Item>,
  { concurrency, signal, ...common }: ManyOptions & object,
  batches: Batches,
): AsyncGenerator<ManyResult<K, Item>> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const leaving = new AbortController();
  const stop = signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal;
  const ready: ManyResult<K, Item>[] = [];
  const gathered: (Open<Item> & { asked: BatchItem; since: number })[] = [];
  let [index, open, batched, sending, more, pulling] = [0, 0, 0, 0, true, false];
  let failure: [unknown] | undefined;
  let wake = () => {};
  stop.addEventListener('abort', () => wake());

  const end = ({ index, item }: Open<Item>, outcome: { resource: Results[K] } | { error: Error }) => {
    open--;
    ready.push({ index, item, ...outcome });
    wake();
  };
  const gather = (one: (typeof gathered)[number]) => {
    const count = gathered.push(one);
    if (count === 1) setTimeout(send, gatherMs);
    if (count === batchItemsMax) void send();
  };
  const send = async () => {
    if (sending === batchesMax || !gathered.length) return;
    sending++;
    const group = gathered.splice(0, batchItemsMax);
    let id = '';
    try {
      stop.throwIfAborted();
      // No abort cuts this short: only by its id can the batch be canceled.
      ({ id } = await batches.create(group.map(({ asked }) => asked)));
      for await (const { index: at, status, data, error } of batches.results(id, { signal: stop })) {
        const one = group[at]!;
        const late = error?.code !== 'tenant_queue_full' && Date.now() - one.since > batches.http.retryForMs;
        if (status === 'refused' && error?.retryable && !late) setTimeout(gather, againMs, one);
        else {
          batched--;
          end(one, status === 'succeeded' ? { resource: data as Results[K] } : { error: errorOfEnd(status, error) });
        }
        delete group[at];
      }
      throw new BlipqError('bad_response', 'the batch lacks it', false);
    } catch (error) {
      if (id && stop.aborted) batches.cancel(id).catch(() => {});
      group.forEach((one) => {
        batched--;
        end(one, { error: error as Error });
      });
    }
    sending--;
    void send();
  };
  const begin = (item: Item) => {
    const one = { index: index++, item };
    open++;
    const { image, ...own } = ((item as { image?: unknown })?.image ? item : { image: item }) as { image: ImageSource };
    const asked = { ...common, ...own } as Record<string, unknown>;
    // Who asks for what a batch does not know of an item is served alone.
    if (/^https?:/i.test(String(image)) && !(asked.idempotencyKey || asked.fresh || asked.onUpdate)) {
      batched++;
      gather({ ...one, asked: bodyOf(image, asked) as BatchItem, since: Date.now() });
    } else {
      collection.run(image, { ...asked, signal: stop } as unknown as RunOptions<K>).then(
        (resource) => end(one, { resource }),
        (error: Error) => end(one, { error }),
      );
    }
  };
  const pull = async () => {
    pulling = true;
    try {
      const { done, value } = await source.next();
      if (done) more = false;
      else if (!stop.aborted) begin(value);
    } catch (error) {
      [failure, more] = [[error], false];
    }
    pulling = false;
    wake();
  };
  try {
    for (;;) {
      stop.throwIfAborted();
      const room =
        typeof concurrency === 'function' ? concurrency() : (concurrency ?? 16 + Math.min(batched, batchedMax));
      if (more && !pulling && open + ready.length < Math.max(1, room)) void pull();
      const next = ready.shift();
      if (next) yield next;
      else if (failure) throw failure[0];
      else if (more || open > 0) await new Promise<void>((resolve) => (wake = resolve));
      else return;
    }
  } finally {
    leaving.abort();
    if (more) await source.return?.();
  }
}
