import type { CaptionJob } from '@blipq/contracts';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.js';
import type { OnError } from './redis.js';

export type Jobs = Queue<CaptionJob, void, 'caption'>;

/** BullMQ's priorities: 1 is the first to run, 2 097 152 the last. 0 would jump every queue. */
export const priorityDefault = 100;

/** BullMQ's queues, one for each model, opened when they are first needed. */
export class JobQueues {
  readonly #open: (name: string) => Jobs;
  readonly #queues = new Map<string, Jobs>();

  constructor(redis: Redis, keys: QueueKeys, onError: OnError) {
    this.#open = (name) => openJobs(redis, keys, name, onError);
  }

  /** The queue of this name, which `jobsOf` makes. */
  of(name: string): Jobs {
    const queue = this.#queues.get(name) ?? this.#open(name);
    this.#queues.set(name, queue);
    return queue;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }
}

/** Opens one of them on a connection of ours. Does not wait for Redis. */
function openJobs(redis: Redis, keys: QueueKeys, name: string, onError: OnError): Jobs {
  const jobs: Jobs = new Queue(name, {
    connection: redis,
    prefix: keys.bullPrefix,
    // Both or neither: without the second, a queue opened while Redis is away never recovers.
    skipWaitingForReady: true,
    skipVersionCheck: true,
    defaultJobOptions: {
      attempts: 3,
      backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
      removeOnComplete: true,
      // A failed job is kept for a day: it is what tells the reconciler that a caption was given up.
      removeOnFail: { age: 86_400 },
    },
  });
  jobs.on('error', onError);
  return jobs;
}

/** Adds the job of a caption. The id makes it idempotent: adding it again while it exists changes nothing. */
export async function addJob(jobs: Jobs, id: string, priority: number): Promise<void> {
  await jobs.add('caption', { id }, { jobId: id, priority });
}
