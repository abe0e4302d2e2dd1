import { BlipqError } from '@blipq/contracts';
import { doWork, type EngineBatch, type WorkEngine } from '@blipq/engine';
import type { WorkHandler } from '@blipq/queue';
import { pastSpan } from '@blipq/service';

/** Does a job on the engine: its caption, its answers or its matches. */
export function workHandler(engine: WorkEngine): WorkHandler {
  return async (work, signal) => {
    const { imageSize, device, revision, precision } = engine.facts;
    // Happens when a model is replaced by one of another size while captions wait.
    if (work.pixels.length !== imageSize * imageSize * 3) {
      throw new BlipqError('inference_error', 'The image was prepared for another model. Submit it again.');
    }
    const { batch, ...result } = await doWork(engine, work, signal);
    const { encodeMs, decodeMs, batchSize } = batch;
    engineSpans(batch);
    const inference = { encode_ms: encodeMs, decode_ms: decodeMs, batch_size: batchSize, device };
    return { ...result, inference, revision, precision };
  };
}

/** The batch that has just ended, as it was measured inside the engine, which exports nothing by itself. */
function engineSpans({ encodeMs, decodeMs, batchSize }: EngineBatch): void {
  const decodedMs = Date.now();
  const encodedMs = decodedMs - decodeMs;
  const attributes = { 'blipq.batch.size': batchSize };
  pastSpan('encode', encodedMs - encodeMs, encodedMs, attributes);
  pastSpan('decode', encodedMs, decodedMs, attributes);
}
