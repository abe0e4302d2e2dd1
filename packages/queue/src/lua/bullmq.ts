import { Job, type JobsOptions, type Queue, type RedisQueueBackend } from 'bullmq';

/**
 * All that TypeScript knows of what BullMQ keeps to itself; bullmq.lua is the same for scripts. BullMQ's version is pinned
 * to the digit, and bullmq.test.ts fails when another one keeps it otherwise.
 */
export const bullmq = {
  /**
   * Adds a job at a turn. Its id makes that idempotent: adding it again while it exists changes nothing.
   *
   * BullMQ's priorities have 21 bits, which turns that are never begun anew would use up. So a job gets the same one as
   * all others and then, before any worker can see it, the turn as its score in the set that BullMQ takes the lowest of.
   */
  async addAtTurn<Data, Name extends string>(
    queue: Queue<Data, void, Name>,
    { name, data, id, options, turn }: { name: Name; data: Data; id: string; options: JobsOptions; turn: string },
  ): Promise<void> {
    const both = (await (queue.getBackend() as RedisQueueBackend).client).multi();
    await new Job(queue, name, data, { ...options, jobId: id }, id).addJob(both);
    both.runCommand('zadd', [queue.toKey('prioritized'), 'XX', turn, id]);
    for (const [error] of (await both.exec()) ?? []) if (error) throw error;
  },
};
