import { openRedis, producerRedis, type RedisClient } from '@blipq/queue';
import type { Logger } from '@blipq/service';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { ApiKey } from './api-keys.js';

export interface RateLimitVerdict {
  allowed: boolean;
  /** Requests left in this window. */
  remaining: number;
  /** Seconds until the window ends. */
  resetS: number;
}

interface RateLimitsOptions {
  redisUrl: string;
  namespace: string;
  keys: readonly ApiKey[];
  logger: Logger;
}

/**
 * Requests per key and window, counted in Redis for all gateways together. While Redis is away each gateway counts
 * alone, so that an outage neither lifts the limits nor refuses every request.
 */
export class RateLimits {
  readonly #redis: RedisClient;
  readonly #limiters = new Map<string, RateLimiterRedis>();

  constructor({ redisUrl, namespace, keys, logger }: RateLimitsOptions) {
    this.#redis = producerRedis(redisUrl, 500, (err) => logger.warn({ err }, 'Redis (rate limits)'));
    for (const { name, rateLimit } of keys) {
      if (rateLimit === undefined || this.#limiters.has(name)) continue;
      const window = { points: rateLimit.requests, duration: rateLimit.perS };
      this.#limiters.set(
        name,
        new RateLimiterRedis({
          ...window,
          storeClient: this.#redis,
          keyPrefix: `${namespace}:{limits}:${name}`,
          insuranceLimiter: new RateLimiterMemory(window),
        }),
      );
    }
  }

  async start(): Promise<void> {
    if (this.#limiters.size > 0) await openRedis(this.#redis);
  }

  /** Counts one request of this key; undefined for a key without a limit. */
  async count({ name }: ApiKey): Promise<RateLimitVerdict | undefined> {
    const limiter = this.#limiters.get(name);
    if (limiter === undefined) return undefined;
    let reply = await consume(limiter);
    if (reply.msBeforeNext > limiter.duration * 1000) {
      // Redis's clock went back: the window would last that much longer.
      await limiter.delete('requests');
      reply = await consume(limiter);
    }
    return {
      allowed: reply.consumedPoints <= limiter.points,
      remaining: Math.max(0, reply.remainingPoints),
      resetS: Math.max(1, Math.ceil(reply.msBeforeNext / 1000)),
    };
  }

  stop(): void {
    this.#redis.disconnect();
  }
}

/** Counts a request. When the limit is exceeded the library rejects, with the kind of object with which it otherwise resolves. */
async function consume(limiter: RateLimiterRedis): Promise<RateLimiterRes> {
  return await limiter.consume('requests').catch((verdict: unknown) => {
    if (verdict instanceof RateLimiterRes) return verdict;
    throw verdict;
  });
}
