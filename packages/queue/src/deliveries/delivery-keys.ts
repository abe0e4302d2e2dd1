import { queueKeys } from '../redis/keys.js';
import type { QueueAddress } from '../redis/redis-client.js';

export type DeliveryKeys = ReturnType<typeof deliveryKeys>;

/** The keys of webhook deliveries. They share the queue's hash tag, since its scripts write to the outbox. */
export function deliveryKeys(address: Omit<QueueAddress, 'redisUrl'>) {
  const { root } = queueKeys(address);
  return {
    root,
    /** BullMQ's own; its keys are `<prefix>:<name>:…`. */
    bullPrefix: root,
    bullName: 'notify',
    /** Stream: deliveries that have no job yet. */
    outbox: `${root}:outbox`,
    /** Hash: one delivery, with a copy of the record that it tells about. */
    delivery: (id: string) => `${root}:delivery:${id}`,
    /** List: JSON of its attempts. */
    attempts: (id: string) => `${root}:attempts:${id}`,
    /** Sorted set: ids by the time of their event; `list` is `<tenant>` or `<tenant>:<state>`. */
    deliveries: (list: string) => `${root}:deliveries:${list}`,
    /** List: JSON of tests that wait for a notifier. */
    tests: `${root}:tests`,
    /** Pub/sub channel: JSON of what becomes of tests. */
    tested: `${root}:tested`,
  };
}
