import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { PrecisionCheck } from './precision.js';
import type { SessionOptions } from './session.js';

/** Work on built graphs that loads models only to let go of them again. */
export type BuildJob =
  | {
      readonly type: 'compare';
      readonly reference: { readonly folder: string } & SessionOptions;
      readonly candidate: { readonly folder: string } & SessionOptions;
    }
  | { readonly type: 'optimize'; readonly folder: string; readonly target: string; readonly options: SessionOptions };

export type BuildJobResult =
  | { readonly status: 'done'; readonly check: PrecisionCheck | null }
  | { readonly status: 'failed'; readonly message: string };

const entry = new URL('../dist/build-process.js', import.meta.url);

/**
 * Runs a job in a process of its own: onnxruntime does not give back all memory of a session that is released, and the
 * engine should not start with what building took.
 */
export async function runBuildJob(job: BuildJob): Promise<PrecisionCheck | null> {
  const child = fork(entry, {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  });
  const exit = once(child, 'exit');
  let result: BuildJobResult | undefined;
  child.once('message', (message) => {
    result = message as BuildJobResult;
  });
  child.send(job);
  const [code, signal] = await exit;
  if (result === undefined)
    throw new Error(`the process to ${job.type} graphs ended early (${signal ?? `code ${code}`})`);
  if (result.status === 'failed') throw new Error(`could not ${job.type} graphs: ${result.message}`);
  return result.check;
}
