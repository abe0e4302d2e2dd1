import type { HashFields } from '../redis/hash-fields.js';
import type { QueueKeys } from '../redis/keys.js';
import { asking, type RedisClient } from '../redis/redis-client.js';
import { resultExpired } from './refusals.js';

/**
 * The record of a tenant's work or batch, or null when the tenant has nothing with this id.
 * @param record key of the record
 * @throws BlipqError `result_expired` for what the tenant had and is gone
 */
export async function ownFields(
  { redis, keys }: { redis: RedisClient; keys: QueueKeys },
  { record, id, tenant }: { record: string; id: string; tenant: string },
): Promise<HashFields | null> {
  const look = () => asking(() => redis.hgetall(record));
  let fields = await look();
  if (fields.tenant === undefined) {
    if ((await asking(() => redis.get(keys.gone(id)))) !== tenant) return null;
    // A tombstone is written with the record, which may have happened between the two looks.
    fields = await look();
    if (fields.tenant === undefined) throw resultExpired();
  }
  return fields.tenant === tenant ? fields : null;
}
