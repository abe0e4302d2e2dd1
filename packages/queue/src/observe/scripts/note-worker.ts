import { type ScriptTarget, script } from '../../lua/script.js';

interface WorkerNote {
  id: string;
  /** JSON. Without it the worker is forgotten: it has stopped. */
  status?: string | undefined;
}

const run = script<WorkerNote>(new URL('note-worker.lua', import.meta.url));

/** Writes down what a worker says of itself. Of one that falls silent, it is kept for ten minutes. */
export async function noteWorker(target: ScriptTarget, note: WorkerNote): Promise<void> {
  await run(target, note);
}
