import { CaptionModel, ModelError, prepareModel } from '@blipq/blip';
import type { Progress, StartRequest } from './protocol.js';
import { type Loading, serveEngine } from './serve-engine.js';

serveEngine(loadCaptionModel);

/** Builds the checkpoint's graphs where they are not built yet, then opens them. */
async function loadCaptionModel(start: StartRequest, onProgress: (progress: Progress) => void): Promise<Loading> {
  const { checkpoint, cacheDir, name, threads } = start;
  try {
    const folder = await prepareModel({ checkpoint, cacheDir, ...(name !== undefined && { name }), onProgress });
    onProgress({ phase: 'load', bytesDone: 0 });
    return { status: 'loaded', model: await CaptionModel.load(folder, { threads }) };
  } catch (error) {
    if (error instanceof ModelError) return { status: 'refused', code: error.code, message: error.message };
    throw error;
  }
}
