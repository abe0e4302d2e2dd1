import { parentPort, workerData } from 'node:worker_threads';
import { BlipqError, type ProblemCode } from '@blipq/contracts';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { restrictCodecs } from './codecs.js';
import { imageToPixels, type Pixels } from './image-to-pixels.js';
import type { ImageLimits } from './limits.js';
import { Resizer } from './resize.js';

export interface PixelTask {
  readonly bytes: Uint8Array;
  readonly size: number;
}

/** Thread messages lose an error's class and fields, so a refusal crosses as data. */
export type PixelReply =
  | { readonly status: 'done'; readonly pixels: Pixels }
  | { readonly status: 'refused'; readonly code: ProblemCode; readonly detail: string };

restrictCodecs();
const limits: ImageLimits = workerData;
const resizer = new Resizer();

// Said only once this module's own evaluation is over: until then the thread must not be ended.
setImmediate(() => parentPort?.postMessage('loaded'));

/** Entry of a pool thread. The reply's pixels are moved to the caller's thread, not copied. */
export default async function run({ bytes, size }: PixelTask): Promise<unknown> {
  try {
    const pixels = await imageToPixels(bytes, size, { limits, resizer });
    return moved({ status: 'done', pixels }, pixels.rgb.buffer as ArrayBuffer);
  } catch (error) {
    if (!(error instanceof BlipqError)) throw error;
    return { status: 'refused', code: error.code, detail: error.detail } satisfies PixelReply;
  }
}

function moved(reply: PixelReply, buffer: ArrayBuffer): unknown {
  return move({ [transferableSymbol]: [buffer], [valueSymbol]: reply });
}
