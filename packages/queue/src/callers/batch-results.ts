import { setTimeout as pause } from 'node:timers/promises';
import {
  type BatchEvent,
  type BatchResource,
  type BatchResult,
  BlipqError,
  type TerminalState,
} from '@blipq/contracts';
import { itemOf } from '../records/batch-record.js';
import { resourceOf } from '../records/record.js';
import type { HashFields } from '../redis/hash-fields.js';
import type { QueueKeys } from '../redis/keys.js';
import { asking, type RedisClient } from '../redis/redis-client.js';
import type { Waiters, Watched, WatchOptions } from './waiters.js';

export interface ResultsOptions {
  tenant?: string;
  /** Results that were read before. */
  after?: number;
  signal?: AbortSignal;
}

/** A batch of thousands changes as often: its watchers see it no more often than that, in milliseconds. */
const eventEveryMs = 500;
/** Results that are read in one step. */
const resultsAtOnce = 100;

/** The batch each time it has changed, to its end. */
export async function* watchBatch(
  waiters: Waiters,
  watched: Watched<BatchResource>,
  { after = 0, signal }: WatchOptions,
): AsyncGenerator<BatchEvent> {
  for await (const data of waiters.watch(watched, after, signal)) {
    yield { id: data.version, event: `batch.${data.state}`, data };
    if (data.state !== 'completed') await pause(eventEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

interface ResultsSource {
  redis: RedisClient;
  keys: QueueKeys;
  waiters: Waiters;
}

/** Results in the order in which they came about, as they come about, until there will be no more. */
export async function* batchResults(
  source: ResultsSource,
  watched: Watched<BatchResource>,
  { after = 0, signal }: ResultsOptions,
): AsyncGenerator<BatchResult[]> {
  let read = after;
  for await (const batch of source.waiters.readings(watched, { ends: false, signal })) {
    if (batch === null) throw new BlipqError('not_found', 'There is no batch with this id.');
    for (;;) {
      const some = await resultsOf(source, batch.id, read);
      if (some.length === 0) break;
      read += some.length;
      yield some;
      signal?.throwIfAborted();
    }
    if (watched.hasEnded(batch)) return;
  }
}

/** Some results, from this place on. */
async function resultsOf({ redis, keys }: ResultsSource, batch: string, from: number): Promise<BatchResult[]> {
  const list = keys.batchResults(batch);
  const entries = await asking(() => redis.lrange(list, from, from + resultsAtOnce - 1));
  const places = entries.map((entry) => entry.split(' ') as [index: string, id: string]);
  if (places.length === 0) return [];
  const slots = await asking(() => redis.hmget(keys.batchItems(batch), ...places.map(([index]) => index)));
  const records = await asking(() => Promise.all(places.map(([, id]) => (id ? redis.hgetall(keys.record(id)) : {}))));
  return places.map(([index, id], i) => {
    const item = itemOf(Number(index), slots[i] ?? `${id}  `);
    return {
      cursor: String(from + i + 1),
      ...item,
      ...endOf(item.id, records[i]!),
      ...(item.error && { error: item.error }),
    };
  });
}

function endOf(id: string | null, record: HashFields): Pick<BatchResult, 'status' | 'error' | 'data'> {
  if (id === null) return { status: 'refused', error: null, data: null };
  if (record.state === undefined) return { status: 'deleted', error: null, data: null };
  const data = resourceOf(id, record);
  return { status: data.state as TerminalState, error: data.error, data };
}
