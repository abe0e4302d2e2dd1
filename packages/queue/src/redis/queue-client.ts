import { type OnError, open, producerRedis, type QueueAddress, type RedisClient } from './redis-client.js';

export interface QueueClientOptions extends QueueAddress {
  /** How long Redis may take to answer one command, in milliseconds. Default 1500. */
  commandTimeoutMs?: number;
  onError?: OnError;
}

/** A client of the queue with a connection of its own, which Redis answers, or which gives up, in bounded time. */
export abstract class QueueClient {
  protected readonly redis: RedisClient;

  constructor({ redisUrl, commandTimeoutMs = 1500, onError = () => undefined }: QueueClientOptions) {
    this.redis = producerRedis(redisUrl, commandTimeoutMs, onError);
  }

  /** Connects. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await open(this.redis);
  }

  /** Disconnects. */
  async stop(): Promise<void> {
    this.redis.disconnect();
  }
}
