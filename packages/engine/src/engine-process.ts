import { chooseDevice, loadModel, ModelError, noteUse, prepareModel } from '@blipq/blip';
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
    const folder = await prepareModel({
      checkpoint,
      adapter,
      cacheDir,
      cacheDays,
      name,
      threads,
      precision,
      device,
      ...listener,
    });
    setInterval(() => void noteUse(folder), NOTE_USE_MS).unref();
    listener.onProgress({ phase: 'load', bytesDone: 0 });
    return { status: 'loaded', model: servedModel(await loadModel(folder, { threads })) };
  } catch (error) {
    if (error instanceof ModelError) return { status: 'refused', code: error.code, message: error.message };
    throw error;
  }
}
