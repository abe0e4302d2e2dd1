import { once } from 'node:events';
import { BlipqError } from '@blipq/contracts';
import { Redis, type RedisOptions } from 'ioredis';

/** Where the queue lives. */
export interface QueueAddress {
  redisUrl: string;
  /** First part of every key. Default `blipq`. */
  namespace?: string;
  /** Second part of every key and its cluster hash tag. Default `captions`. */
  queue?: string;
}

export type OnError = (error: Error) => void;

/** Reconnects after 200 ms, then twice that, at most 1 s: ioredis's own schedule notices a returned Redis too late. */
const retryStrategy = (times: number): number => Math.min(100 * 2 ** times, 1000);

/**
 * A connection for whoever has a caller waiting: a command is answered, or rejected, within `commandTimeoutMs`, and at
 * once while Redis is known to be away. A rejected command may still be carried out later.
 */
export function producerRedis(url: string, commandTimeoutMs: number, onError: OnError): Redis {
  return connect(
    url,
    { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: commandTimeoutMs, connectTimeout: 3000 },
    onError,
  );
}

/** A connection for whoever has all the time there is: commands wait until Redis is back. */
export function consumerRedis(url: string, onError: OnError): Redis {
  return connect(url, { maxRetriesPerRequest: null }, onError);
}

function connect(url: string, options: RedisOptions, onError: OnError): Redis {
  const redis = new Redis(url, { ...options, retryStrategy, lazyConnect: true });
  redis.on('error', onError);
  return redis;
}

/** Starts connecting; resolves when connected, or after the first failure or 2 s: from there ioredis goes on by itself. */
export async function open(redis: Redis): Promise<void> {
  // BullMQ duplicates connections, and connects a lazy one only once: it would never find a Redis that comes later.
  redis.options.lazyConnect = false;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), 2000);
  const failed = once(redis, 'close', { signal: patience.signal }).catch(() => undefined);
  await Promise.race([redis.connect().catch(() => undefined), failed]);
  clearTimeout(timer);
  patience.abort();
}

/** Runs Redis commands and turns what Redis or the connection says into a `BlipqError`. */
export async function asking<T>(commands: () => Promise<T>): Promise<T> {
  try {
    return await commands();
  } catch (error) {
    throw redisProblem(error);
  }
}

function redisProblem(error: unknown): unknown {
  if (error instanceof BlipqError || error instanceof TypeError) return error;
  const reply = error instanceof Error ? error.message : String(error);
  if (/\bOOM\b/.test(reply)) {
    return new BlipqError('queue_full', 'The queue has no memory left. Try again later.', {
      cause: error,
      retryAfterS: 5,
    });
  }
  return new BlipqError('queue_unavailable', 'The queue does not answer. Try again later.', {
    cause: error,
    retryAfterS: 2,
  });
}

/** Whether Redis answers within `timeoutMs`, at once no where it is not connected. */
export async function answersWithin(redis: Redis, timeoutMs: number): Promise<boolean> {
  if (redis.status !== 'ready') return false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  const answered = redis.ping().then(
    () => true,
    () => false,
  );
  return await Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
