import { Worker } from 'node:worker_threads';
import type { ModelFacts } from '@blipq/blip';
import { BlipqError } from '@blipq/contracts';
import type { EngineBatchOutput, EngineRow } from './engine-row.js';
import { type EngineReply, engineReply, engineRequest, type Progress, type StartRequest } from './protocol.js';

/** What the engine process needs of a model. */
export interface ServedModel {
  readonly facts: ModelFacts;
  /** Rows that share a `batchKey`. Throws BlipqError `out_of_memory` where fewer rows may succeed. */
  run(rows: EngineRow[]): Promise<EngineBatchOutput>;
}

/** A refusal is a model that cannot be served whatever the number of attempts; anything else that fails throws. */
export type Loading = { status: 'loaded'; model: ServedModel } | { status: 'refused'; code: string; message: string };

/** Progress reports while a model is made ready. */
export interface LoadListener {
  onProgress(progress: Progress): void;
  /** What is worth knowing, and what the operator should see to. */
  onNote(message: string): void;
  onWarning(message: string): void;
}

export type LoadModel = (start: StartRequest, listener: LoadListener) => Promise<Loading>;

/**
 * The engine process's side of the protocol: loads the model when told to, then runs one batch after the other.
 * What is unexpected here is left to end the process; the supervisor starts another.
 */
export function serveEngine(load: LoadModel): void {
  endWithParent();
  let model: ServedModel | undefined;
  process.on('message', async (message) => {
    const request = engineRequest.parse(message);
    if (request.type === 'stop') process.exit(0);
    if (request.type === 'start') {
      model = await loadAndAnswer(load, request);
    } else {
      if (model === undefined) throw new Error('a batch came before the model was ready');
      send(await runBatch(model, request.id, request.rows));
    }
  });
}

async function loadAndAnswer(load: LoadModel, start: StartRequest): Promise<ServedModel | undefined> {
  const loading = await load(start, {
    onProgress: (progress) => send({ type: 'progress', ...progress }),
    onNote: (message) => send({ type: 'note', level: 'info', message }),
    onWarning: (message) => send({ type: 'note', level: 'warn', message }),
  });
  if (loading.status === 'refused') {
    // The supervisor, having read this, tells the process to stop. Leaving unasked could lose the message.
    send({ type: 'refused', code: loading.code, message: loading.message });
    return undefined;
  }
  send({ type: 'ready', facts: loading.model.facts });
  setInterval(() => send({ type: 'heartbeat' }), start.heartbeatMs);
  return loading.model;
}

async function runBatch(model: ServedModel, id: number, rows: EngineRow[]): Promise<EngineReply> {
  try {
    const output = await model.run(rows);
    if (output.outputs.length !== rows.length) {
      throw new Error(`the model returned ${output.outputs.length} outputs for ${rows.length} rows`);
    }
    // An output that is not in the protocol, such as a score that is not a number, is the batch's failure and must not
    // become this process's.
    return engineReply.parse({ type: 'batch-result', id, output });
  } catch (error) {
    const status = error instanceof BlipqError && error.code === 'out_of_memory' ? 'out_of_memory' : 'threw';
    return { type: 'batch-error', id, status, message: error instanceof Error ? error.message : String(error) };
  }
}

function send(reply: EngineReply): void {
  // A send fails only when the parent has gone; the disconnect that comes with it ends this process.
  process.send?.(reply, undefined, undefined, () => {});
}

/**
 * The parent decides when this process ends. Ctrl-C and service managers signal the whole process group, and a batch
 * in flight must survive that. A parent that disconnects or dies takes this process with it, at once when the JS
 * thread is free, and by way of the lifeline thread when a run blocks it.
 */
function endWithParent(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(0));
  new Worker(new URL('../dist/lifeline.js', import.meta.url)).unref();
}
