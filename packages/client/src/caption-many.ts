import type { CallOptions, Collection, Kind, Resources, RunOptions } from './collection.js';
import type { ImageSource } from './image.js';

/** An image, or an image with what is asked about it. */
export type ManyItem<K extends Kind> = ImageSource | ({ image: ImageSource } & Partial<RunOptions<K>>);

/** What became of one item: its resource or its error. */
export type ManyResult<K extends Kind, Item> =
  | { index: number; item: Item; resource: Resources[K]; error?: never }
  | { index: number; item: Item; resource?: never; error: Error };

export interface ManyOptions extends CallOptions {
  /** How many are on their way at once; a function is asked before each. Default 16. */
  concurrency?: number | (() => number);
}

/**
 * Runs every item and yields what became of each, as they end. No item is taken from the iterable before there is room
 * for it, and results that were not fetched yet take room too. Leaving the loop cancels what is under way.
 *
 * @throws the signal's reason, and what the iterable itself throws
 */
export async function* runMany<K extends Kind, Item extends ManyItem<K>>(
  collection: Collection<K>,
  items: Iterable<Item> | AsyncIterable<Item>,
  { concurrency = 16, signal, ...common }: ManyOptions & object,
): AsyncGenerator<ManyResult<K, Item>> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const leaving = new AbortController();
  const stop = signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal;
  const ready: ManyResult<K, Item>[] = [];
  let [index, open, more, pulling] = [0, 0, true, false];
  let failure: [unknown] | undefined;
  let wake = () => {};
  stop.addEventListener('abort', () => wake());

  const begin = async (item: Item) => {
    const at = index++;
    open++;
    const { image, ...own } = (isItem(item) ? item : { image: item }) as { image: ImageSource };
    const run = collection.run(image, { ...common, ...own, signal: stop } as unknown as RunOptions<K>);
    ready.push(
      await run.then(
        (resource): ManyResult<K, Item> => ({ index: at, item, resource }),
        (error: Error) => ({ index: at, item, error }),
      ),
    );
    open--;
    wake();
  };
  const pull = async () => {
    pulling = true;
    try {
      const { done, value } = await source.next();
      if (done) more = false;
      else if (!stop.aborted) void begin(value);
    } catch (error) {
      [failure, more] = [[error], false];
    }
    pulling = false;
    wake();
  };
  try {
    for (;;) {
      stop.throwIfAborted();
      const room = typeof concurrency === 'function' ? concurrency() : concurrency;
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

function isItem(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'image' in item;
}
