import { Graph, resizeBicubic, serializeModel } from '@blipq/onnx-graph';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Bitmap } from './decode.js';

/** One thread: the pool runs several of these side by side. Sizes differ from image to image, so no memory pattern. */
const sessionOptions: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableMemPattern: false,
  enableCpuMemArena: false,
  // Only fatal: lesser problems are thrown, and the thrower logs them.
  logSeverityLevel: 4,
};

/**
 * Resizes to S×S as Pillow does (BICUBIC, `reducing_gap` off), to within one level of 255.
 *
 * Sessions cannot be released without leaking, so there is one for each S, made once and used for sources of every
 * size. Models ask for very few different S.
 */
export class Resizer {
  readonly #sessions = new Map<number, Promise<InferenceSession>>();

  /** @returns u8 [S, S, 3]; the aspect ratio is not kept, as BLIP was trained */
  async resize({ rgb, width, height }: Bitmap, size: number): Promise<Uint8Array> {
    const session = await this.#session(size);
    const { resized } = await session.run({ image: new Tensor('uint8', rgb, [1, height, width, 3]) });
    return resized!.data as Uint8Array;
  }

  #session(size: number): Promise<InferenceSession> {
    const known = this.#sessions.get(size);
    if (known) return known;
    const session = openSession(size);
    this.#sessions.set(size, session);
    session.catch(() => this.#sessions.delete(size));
    return session;
  }
}

async function openSession(size: number): Promise<InferenceSession> {
  return InferenceSession.create(await serializeModel(resizeGraph(size)), sessionOptions);
}

/** image u8 [1, H, W, 3] → resized u8 [1, S, S, 3] */
function resizeGraph(size: number): Graph {
  const graph = new Graph('resize');
  const image = graph.input('image', 'uint8', [1, 'H', 'W', 3]);
  graph.output('resized', resizeBicubic(image, [1, 2], [size, size]));
  return graph;
}
