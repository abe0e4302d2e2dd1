import { fork } from 'node:child_process';
import { once } from 'node:events';
import { ModelError } from './model-error.js';
import type { PrecisionCheck } from './precision.js';
import type { SessionOptions } from './session.js';
import type { Lengthening, Speeds, Trials } from './speed-trial.js';

/** Work on built graphs that loads models only to let go of them again. */
export type BuildJob =
  | {
      readonly type: 'compare';
      readonly reference: { readonly folder: string } & SessionOptions;
      readonly candidate: { readonly folder: string } & SessionOptions;
    }
  | { readonly type: 'optimize'; readonly folder: string; readonly target: string; readonly options: SessionOptions }
  | { readonly type: 'time'; readonly trials: Trials; readonly lengthening: Lengthening; readonly threads: number };

/** What comes of each. */
interface BuildJobResults {
  compare: PrecisionCheck;
  optimize: null;
  time: Speeds;
}

export type BuildJobReply =
  | { readonly status: 'progress' }
  | { readonly status: 'done'; readonly result: BuildJobResults[BuildJob['type']] }
  | { readonly status: 'failed'; readonly message: string };

const entry = new URL('../dist/build-process.js', import.meta.url);

/**
 * Runs a job in a process of its own: onnxruntime does not give back all memory of a session that is released, and the
 * engine should not start with what building took.
 *
 * @param onProgress called whenever the job has come a step further
 * @throws ModelError `build_failed`
 */
export async function runBuildJob<Type extends BuildJob['type']>(
  job: Extract<BuildJob, { type: Type }>,
  onProgress?: () => void,
): Promise<BuildJobResults[Type]> {
  const child = fork(entry, {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  });
  const exit = once(child, 'exit');
  let result: Exclude<BuildJobReply, { status: 'progress' }> | undefined;
  child.on('message', (message) => {
    const reply = message as BuildJobReply;
    if (reply.status === 'progress') onProgress?.();
    else result = reply;
  });
  child.send(job);
  const [code, signal] = await exit;
  if (result === undefined) {
    const how = signal === 'SIGKILL' ? 'killed, as when memory runs out' : (signal ?? `code ${code}`);
    throw new ModelError('build_failed', `the process to ${job.type} graphs ended early (${how})`);
  }
  if (result.status === 'failed') {
    throw new ModelError('build_failed', `could not ${job.type} graphs: ${result.message.split('\n', 1)[0]}`);
  }
  return result.result as BuildJobResults[Type];
}
