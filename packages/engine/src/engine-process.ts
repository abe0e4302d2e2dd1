import {
  type BlipModel,
  chooseDevice,
  describeChoice,
  loadModel,
  ModelError,
  noteUse,
  OutOfMemoryError,
  prepareModel,
  warmUp,
} from '@blipq/blip';
import type { StartRequest } from './protocol.js';
import { type Loading, type LoadListener, serveEngine } from './serve-engine.js';
import { servedModel } from './served-model.js';

/** Graphs of a process that lives for long are not unused. */
const NOTE_USE_MS = 86_400_000;

serveEngine(load);

/** Builds the checkpoint's graphs where they are not built yet, then opens them. */
async function load(start: StartRequest, listener: LoadListener): Promise<Loading> {
  const { checkpoint, adapter, cacheDir, cacheDays, name, threads, precision } = start;
  try {
    const device = await chooseDevice(start.device, (reason) => listener.onNote(`no GPU is used: ${reason}`));
    let precisionReason: string | undefined;
    const folder = await prepareModel({
      checkpoint,
      adapter,
      cacheDir,
      cacheDays,
      name,
      threads,
      precision,
      device,
      onChoice: (choice) => {
        precisionReason = describeChoice(choice);
      },
      ...listener,
    });
    setInterval(() => void noteUse(folder), NOTE_USE_MS).unref();
    listener.onProgress({ phase: 'load', bytesDone: 0 });
    const model = await loadModel(folder, { threads });
    listener.onProgress({ phase: 'warm-up', bytesDone: 0 });
    await warmUp(model).catch((error: unknown) => listener.onWarning(coldStart(model, error)));
    return { status: 'loaded', model: servedModel(model, precisionReason) };
  } catch (error) {
    if (error instanceof ModelError) return { status: 'refused', code: error.code, message: error.message };
    throw error;
  }
}

/** Requests may still find the memory that the warm-up did not. Any other failure is one of the model. */
function coldStart({ facts }: BlipModel, error: unknown): string {
  if (!(error instanceof OutOfMemoryError)) throw error;
  return `memory does not suffice to run ${facts.model} on one image (${error.message}); give the worker more`;
}
