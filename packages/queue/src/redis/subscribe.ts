import { Redis } from 'ioredis';
import type { RedisClient } from './redis-client.js';

/**
 * Subscribes as soon as Redis is there, and again after every reconnect. Resolves at once while Redis is away.
 *
 * ioredis would subscribe again by itself, but handles no failure of that (6.0): a connection that is lost again, or
 * closed, before the answer would be an unhandled rejection, which ends the process.
 */
export async function subscribe(redis: RedisClient, channel: string): Promise<void> {
  if (redis instanceof Redis) redis.options.autoResubscribe = false;
  const ask = () =>
    redis.subscribe(channel).then(
      () => undefined,
      () => undefined,
    );
  redis.on('ready', ask);
  if (redis.status === 'ready') await ask();
}
