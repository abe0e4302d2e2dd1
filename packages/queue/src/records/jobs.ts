import { taskOfId, type WorkJob } from '@blipq/contracts';
import { type JobsOptions, Queue } from 'bullmq';
import { bullmq } from '../lua/bullmq.js';
import type { QueueKeys } from '../redis/keys.js';
import type { OnError, RedisClient } from '../redis/redis-client.js';

export type Jobs = Queue<WorkJob & { turn: string }, void, 'caption'>;

/**
 * How BullMQ treats every job. Its one priority puts a job that comes back (an attempt failed, or a worker gave it up)
 * before all turns, which begin above its score (turns.lua): it has waited already.
 */
const jobOptions = {
  priority: 1,
  attempts: 3,
  backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
  removeOnComplete: true,
  // A failed job is kept for a while: it is what tells the reconciler that a caption was given up.
  removeOnFail: { age: 86_400, count: 10_000 },
} as const satisfies JobsOptions;

/** Workers that may fall silent over the same work; with one more it is given up. */
export const stallsMax = 1;

/**
 * How BullMQ's workers wait. The news of a job goes to one worker, and is lost if that one is frozen, cut off or just
 * closing: the others look by themselves every second (`drainDelay`).
 */
export const workerPatience = { drainDelay: 1, runRetryDelay: 1000 };

/** BullMQ's queues, one for each model, opened when they are first needed. */
export class JobQueues {
  readonly #open: (name: string) => Jobs;
  readonly #queues = new Map<string, Jobs>();

  constructor(redis: RedisClient, keys: QueueKeys, onError: OnError) {
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
function openJobs(redis: RedisClient, keys: QueueKeys, name: string, onError: OnError): Jobs {
  const jobs: Jobs = new Queue(name, {
    connection: bullmq.connection(redis),
    prefix: keys.bullPrefix,
    // Both or neither: without the second, a queue opened while Redis is away never recovers.
    skipWaitingForReady: true,
    skipVersionCheck: true,
  });
  jobs.on('error', onError);
  return jobs;
}

/** What spans say of a job, in the words of OpenTelemetry's conventions for messaging and in ours. */
export function jobAttributes(id: string, jobs: string, model: string, operation: 'send' | 'process') {
  return {
    'messaging.system': 'bullmq',
    'messaging.destination.name': jobs,
    'messaging.operation.type': operation,
    'messaging.message.id': id,
    'blipq.caption.id': id,
    'blipq.model': model,
    'blipq.task': taskOfId(id),
  };
}

/** Adds the job of a caption, at its turn. Adding it again while it exists changes nothing. */
export async function addJob(jobs: Jobs, id: string, turn: string): Promise<void> {
  await bullmq.addAtTurn(jobs, { name: 'caption', data: { id }, id, options: jobOptions, turn });
}
