import { type Job, Queue } from 'bullmq';
import { bullmq } from '../lua/bullmq.js';
import type { OnError, RedisClient } from '../redis/redis-client.js';
import type { DeliveryKeys } from './delivery-keys.js';

/**
 * `round` counts how often the delivery was asked for again by hand; `url` is where it goes. Jobs that an earlier version
 * added name no tenant.
 */
export interface DeliveryJob {
  id: string;
  round: number;
  url: string;
  tenant?: string;
}

export type DeliveryJobs = Queue<DeliveryJob, void, 'deliver'>;
export type DeliveryBullJob = Job<DeliveryJob, void, 'deliver'>;

/** One for each round: adding the same one again changes nothing. */
export const jobIdOf = ({ id, round }: DeliveryJob): string => `${id}-${round}`;

/** Opens the notifier's own queue. Does not wait for Redis. */
export function openDeliveryJobs(redis: RedisClient, keys: DeliveryKeys, onError: OnError): DeliveryJobs {
  const jobs: DeliveryJobs = new Queue(keys.bullName, {
    connection: bullmq.connection(redis),
    prefix: keys.bullPrefix,
    // Both or neither: without the second, a queue opened while Redis is away never recovers.
    skipWaitingForReady: true,
    skipVersionCheck: true,
    defaultJobOptions: {
      // The delivery decides how often it is sent. These are for errors of our own, which must not lose it.
      attempts: Number.MAX_SAFE_INTEGER,
      backoff: { type: 'fixed', delay: 5000, jitter: 0.5 },
      removeOnComplete: true,
    },
  });
  jobs.on('error', onError);
  return jobs;
}

/**
 * Adds jobs, in one round trip. The ids make it idempotent: one that exists is left as it is. Not in one transaction,
 * because a Redis without memory takes no transaction.
 */
export async function addDeliveryJobs(jobs: DeliveryJobs, entries: DeliveryJob[]): Promise<void> {
  await Promise.all(entries.map((data) => jobs.add('deliver', data, { jobId: jobIdOf(data) })));
}
