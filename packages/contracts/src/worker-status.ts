import { z } from 'zod';
import { task } from './task.js';

/**
 * What a worker says of itself every few seconds, for operators. Fields may come later: a gateway reads what it knows,
 * and takes no decision by it.
 */
export const workerStatus = z.object({
  /** Of the machine, container or pod that it runs on. */
  host: z.string().max(255),
  pid: z.int().positive(),
  started_at: z.iso.datetime(),
  /** Of its engine: `starting` until the model runs for the first time, `ready` while one engine process is. */
  state: z.enum(['starting', 'ready', 'restarting', 'stopped']),
  /** What it is about while an engine process is not ready: a phase of the start, or why the last one ended. */
  reason: z.string().max(300).nullable(),
  /** What it serves, or is to serve: the name is the setting's until the model is known. */
  model: z.string().max(1000),
  task: task.nullable(),
  revision: z.string().nullable(),
  precision: z.string().nullable(),
  device: z.string().nullable(),
  /** Rows of the batches that run now; 0 for none. */
  batch_rows: z.int().nonnegative(),
  /** Most rows that may run at once just now: a batch in each of its engine processes. */
  batch_max: z.int().positive(),
  /** Engine processes that ended unasked, in the last 15 minutes. */
  restarts: z.int().nonnegative(),
});
export type WorkerStatus = z.infer<typeof workerStatus>;
