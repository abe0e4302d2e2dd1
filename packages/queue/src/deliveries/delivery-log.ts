import {
  BlipqError,
  type DeliveryPage,
  type DeliveryResource,
  type DeliveryState,
  terminalStates,
} from '@blipq/contracts';
import type { HashFields } from '../redis/hash-fields.js';
import { QueueClient, type QueueClientOptions } from '../redis/queue-client.js';
import { asking } from '../redis/redis-client.js';
import { type DeliveryKeys, deliveryKeys } from './delivery-keys.js';
import { deliveryOf } from './delivery-record.js';
import { redeliver } from './scripts/redeliver.js';

export interface DeliveryListing {
  tenant: string;
  state?: DeliveryState;
  /** `next_cursor` of the page before. */
  cursor?: string;
  /** Default 20. */
  limit?: number;
}

/**
 * What became of webhooks, for seven days: look at deliveries and have them sent again. Another tenant's are as good as
 * unknown. Rejects with `BlipqError`s only, in bounded time.
 */
export class DeliveryLog extends QueueClient {
  readonly #keys: DeliveryKeys;

  constructor(options: QueueClientOptions) {
    super(options);
    this.#keys = deliveryKeys(options);
  }

  /** The delivery, or null when there is none. */
  async read(id: string, tenant: string): Promise<DeliveryResource | null> {
    const [delivery] = await this.#readAll([id], tenant);
    return delivery ?? null;
  }

  /** The deliveries about a caption: none, or the one about how it ended. */
  async ofWork(captionId: string, tenant: string): Promise<DeliveryResource[]> {
    const ids = terminalStates.map((state) => `msg_${captionId}_${state}`);
    return await this.#readAll(ids, tenant);
  }

  /** Newest first. @throws BlipqError `invalid_params` for a cursor that never was one */
  async list({ tenant, state, cursor, limit = 20 }: DeliveryListing): Promise<DeliveryPage> {
    const list = this.#keys.deliveries(state === undefined ? tenant : `${tenant}:${state}`);
    const from = await this.#behind(list, cursor);
    const found = await asking(() => this.redis.zrevrange(list, from, from + limit, 'WITHSCORES'));
    const ids = found.filter((_, i) => i % 2 === 0).slice(0, limit);
    const next = found.length > 2 * limit ? Buffer.from(`${found[2 * limit - 1]} ${ids.at(-1)}`) : undefined;
    return {
      object: 'list',
      data: await this.#readAll(ids, tenant),
      next_cursor: next?.toString('base64url') ?? null,
    };
  }

  /** Has it sent again, from the first attempt on and under the same id. Null when there is none. */
  async redeliver(id: string, tenant: string): Promise<DeliveryResource | null> {
    await asking(() => redeliver({ redis: this.redis, root: this.#keys.root }, id, tenant));
    return await this.read(id, tenant);
  }

  /** The place on a list after the last entry of the page before, which may have left the list meanwhile. */
  async #behind(list: string, cursor: string | undefined): Promise<number> {
    if (cursor === undefined) return 0;
    const [, score, id] = /^(\d+) (msg_\w+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
    if (score === undefined || id === undefined) throw new BlipqError('invalid_params', 'cursor is not one of ours.');
    const rank = await asking(() => this.redis.zrevrank(list, id));
    return rank === null ? await asking(() => this.redis.zcount(list, score, '+inf')) : rank + 1;
  }

  async #readAll(ids: string[], tenant: string): Promise<DeliveryResource[]> {
    const reads = ids.map((id) =>
      Promise.all([
        this.redis.hgetall(this.#keys.delivery(id)) as Promise<HashFields>,
        this.redis.lrange(this.#keys.attempts(id), 0, -1),
      ]),
    );
    const found = await asking(() => Promise.all(reads));
    return found.flatMap(([fields, attempts]) => (fields.tenant === tenant ? [deliveryOf(fields, attempts)] : []));
  }
}
