import { BlipqError } from '@blipq/contracts';
import { openRedis, producerRedis, type RedisClient } from '@blipq/queue';
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
  /** How long Redis may take to answer one command, in milliseconds. Default 500. */
  commandTimeoutMs?: number;
  onError: (error: Error) => void;
}

/** What costs more than its request, and how often a caller may ask for it, whatever the key's own limit. */
const costly = {
  webhook_test: { points: 20, duration: 60, words: 'tests of webhooks' },
  event_token: { points: 600, duration: 60, words: 'tokens for events' },
} as const;
type Costly = keyof typeof costly;

/**
 * Requests per key and window, counted in Redis for all gateways together. While Redis is away each gateway counts
 * alone, so that an outage neither lifts the limits nor refuses every request.
 */
export class RateLimits {
  readonly #redis: RedisClient;
  readonly #limiters = new Map<string, RateLimiterRedis>();

  readonly #costly = new Map<Costly, RateLimiterRedis>();

  constructor({ redisUrl, namespace, keys, commandTimeoutMs = 500, onError }: RateLimitsOptions) {
    this.#redis = producerRedis(redisUrl, commandTimeoutMs, onError);
    const limiter = (name: string, window: { points: number; duration: number }) =>
      new RateLimiterRedis({
        ...window,
        storeClient: this.#redis,
        keyPrefix: `${namespace}:{limits}:${name}`,
        insuranceLimiter: new RateLimiterMemory(window),
      });
    for (const { name, rateLimit } of keys) {
      if (rateLimit === undefined || this.#limiters.has(name)) continue;
      this.#limiters.set(name, limiter(name, { points: rateLimit.requests, duration: rateLimit.perS }));
    }
    // No key's name begins like this.
    for (const [name, { points, duration }] of Object.entries(costly)) {
      this.#costly.set(name as Costly, limiter(`_${name}`, { points, duration }));
    }
  }

  async start(): Promise<void> {
    await openRedis(this.#redis);
  }

  /** Counts one request of this key; undefined for a key without a limit. */
  async count({ name }: ApiKey): Promise<RateLimitVerdict | undefined> {
    const limiter = this.#limiters.get(name);
    return limiter === undefined ? undefined : await verdictOf(limiter, 'requests');
  }

  /** Counts one use of what is costly. @throws BlipqError `rate_limited` */
  async spend(what: Costly, holder: string): Promise<void> {
    const { allowed, resetS } = await verdictOf(this.#costly.get(what)!, holder);
    if (allowed) return;
    const { points, duration, words } = costly[what];
    throw new BlipqError('rate_limited', `A caller may ask for ${points} ${words} in ${duration} s.`, {
      retryAfterS: resetS,
    });
  }

  stop(): void {
    this.#redis.disconnect();
  }
}

async function verdictOf(limiter: RateLimiterRedis, key: string): Promise<RateLimitVerdict> {
  let reply = await consume(limiter, key);
  if (reply.msBeforeNext > limiter.duration * 1000) {
    // Redis's clock went back: the window would last that much longer.
    await limiter.delete(key);
    reply = await consume(limiter, key);
  }
  return {
    allowed: reply.consumedPoints <= limiter.points,
    remaining: Math.max(0, reply.remainingPoints),
    resetS: Math.max(1, Math.ceil(reply.msBeforeNext / 1000)),
  };
}

/** Counts a request. When the limit is exceeded the library rejects, with the kind of object with which it otherwise resolves. */
async function consume(limiter: RateLimiterRedis, key: string): Promise<RateLimiterRes> {
  return await limiter.consume(key).catch((verdict: unknown) => {
    if (verdict instanceof RateLimiterRes) return verdict;
    throw verdict;
  });
}
