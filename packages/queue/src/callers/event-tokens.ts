import { createHash, randomBytes } from 'node:crypto';
import { queueKeys } from '../redis/keys.js';
import {
  asking,
  type OnError,
  open,
  producerRedis,
  type QueueAddress,
  type RedisClient,
} from '../redis/redis-client.js';

/** What a token lets its bearer do: watch the events of a tenant's work and batches, or of one of them. */
export interface EventGrant {
  tenant: string;
  /** Id of the only one. */
  subject?: string | undefined;
}

export interface EventTokensOptions extends QueueAddress {
  /** How long Redis may take to answer one command, in milliseconds. Default 1500. */
  commandTimeoutMs?: number;
  onError?: OnError;
}

/** Short-lived tokens for watchers that cannot send an API key. Redis has their hashes only, until they expire. */
export class EventTokens {
  readonly #redis: RedisClient;
  readonly #root: string;

  constructor({ redisUrl, commandTimeoutMs = 1500, onError = () => undefined, ...names }: EventTokensOptions) {
    this.#redis = producerRedis(redisUrl, commandTimeoutMs, onError);
    this.#root = queueKeys(names).root;
  }

  /** Connects. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await open(this.#redis);
  }

  /** A new token. @throws BlipqError `queue_unavailable`, `queue_full` */
  async issue(grant: EventGrant, ttlS: number): Promise<string> {
    const token = `evt_${randomBytes(32).toString('base64url')}`;
    await asking(() => this.#redis.set(this.#keyOf(token), JSON.stringify(grant), 'EX', ttlS));
    return token;
  }

  /** What a token is for; null for one that is unknown or has expired. @throws BlipqError `queue_unavailable` */
  async read(token: string): Promise<EventGrant | null> {
    const grant = await asking(() => this.#redis.get(this.#keyOf(token)));
    return grant === null ? null : JSON.parse(grant);
  }

  #keyOf(token: string): string {
    return `${this.#root}:event-token:${createHash('sha256').update(token).digest('hex')}`;
  }

  stop(): void {
    this.#redis.disconnect();
  }
}
