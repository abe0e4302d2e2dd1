import { createHash, randomBytes } from 'node:crypto';
import { queueKeys } from '../redis/keys.js';
import { QueueClient, type QueueClientOptions } from '../redis/queue-client.js';
import { asking } from '../redis/redis-client.js';

/** What a token lets its bearer do: watch the events of a tenant's work and batches, or of one of them. */
export interface EventGrant {
  tenant: string;
  /** Id of the only one. */
  subject?: string | undefined;
}

/** Short-lived tokens for watchers that cannot send an API key. Redis has their hashes only, until they expire. */
export class EventTokens extends QueueClient {
  readonly #root: string;

  constructor(options: QueueClientOptions) {
    super(options);
    this.#root = queueKeys(options).root;
  }

  /** A new token. @throws BlipqError `queue_unavailable`, `queue_full` */
  async issue(grant: EventGrant, ttlS: number): Promise<string> {
    const token = `evt_${randomBytes(32).toString('base64url')}`;
    await asking(() => this.redis.set(this.#keyOf(token), JSON.stringify(grant), 'EX', ttlS));
    return token;
  }

  /** What a token is for; null for one that is unknown or has expired. @throws BlipqError `queue_unavailable` */
  async read(token: string): Promise<EventGrant | null> {
    const grant = await asking(() => this.redis.get(this.#keyOf(token)));
    return grant === null ? null : JSON.parse(grant);
  }

  #keyOf(token: string): string {
    return `${this.#root}:event-token:${createHash('sha256').update(token).digest('hex')}`;
  }
}
