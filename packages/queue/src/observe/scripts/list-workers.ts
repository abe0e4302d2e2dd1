import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

export interface NotedWorker {
  id: string;
  /** Since it said so, in milliseconds. */
  silentMs: number;
  /** JSON, as the worker wrote it. */
  status: string;
}

const run = script<{ limit: number }>(new URL('list-workers.lua', import.meta.url));

/** The workers that were heard of last, and how many there are in all. */
export async function listWorkers(
  target: ScriptTarget,
  limit: number,
): Promise<{ total: number; workers: NotedWorker[] }> {
  const [total, workers] = reply.list(await run(target, { limit }));
  return { total: reply.number(total), workers: reply.list(workers).map(workerOf) };
}

function workerOf(value: unknown): NotedWorker {
  const [id, silentMs, status] = reply.list(value);
  return { id: reply.text(id), silentMs: reply.number(silentMs), status: reply.text(status) };
}
