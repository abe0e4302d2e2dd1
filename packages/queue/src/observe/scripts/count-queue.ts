import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

export interface CountedQueue {
  /** Name of the BullMQ queue. */
  name: string;
  waiting: number;
  active: number;
  delayed: number;
  /** Of the delayed, those that are due within the time asked about. */
  due: number;
  isPaused: boolean;
  /** Items of batches whose images are still to be fetched. */
  unfetched: number;
}

interface QueueCounts {
  queues: CountedQueue[];
  /** What has not ended, the bytes of stored pixels, the age of the oldest that is queued, and webhooks in the outbox. */
  open: number;
  bytes: number;
  oldestMs: number;
  outbox: number;
  /** Images that gateways are fetching. */
  fetching: number;
}

const run = script<{ due_within_ms: number }>(new URL('count-queue.lua', import.meta.url));

/** Counts everything in one step, so that a job on its way from one list to another is counted once. */
export async function countQueue(target: ScriptTarget, dueWithinMs: number): Promise<QueueCounts> {
  const [queues, ...rest] = reply.list(await run(target, { due_within_ms: dueWithinMs }));
  const [open, bytes, oldestMs, outbox, fetching] = rest.map(reply.number);
  return {
    queues: reply.list(queues).map(queueOf),
    ...{ open: open!, bytes: bytes!, oldestMs: oldestMs!, outbox: outbox!, fetching: fetching! },
  };
}

function queueOf(value: unknown): CountedQueue {
  const [name, ...counts] = reply.list(value);
  const [waiting, active, delayed, due, isPaused, unfetched] = counts.map(reply.number);
  return {
    name: reply.text(name),
    ...{ waiting: waiting!, active: active!, delayed: delayed!, due: due! },
    isPaused: isPaused === 1,
    unfetched: unfetched!,
  };
}
