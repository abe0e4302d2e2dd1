import { InferenceSession, Tensor } from 'onnxruntime-node';

export interface SessionOptions {
  /** Threads that one op may use. */
  readonly threads: number;
}

/** A tensor's elements in C order, with its shape. */
export type TensorLike =
  | { readonly type: 'uint8'; readonly data: Uint8Array; readonly dims: readonly number[] }
  | { readonly type: 'float32'; readonly data: Float32Array; readonly dims: readonly number[] }
  | { readonly type: 'int64'; readonly data: BigInt64Array; readonly dims: readonly number[] };

/** A model in onnxruntime. `run` blocks the thread it is called on until the results are there. */
export class Session {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** Loads a model file; its weights are mapped from the data file beside it. Blocks the thread, too. */
  static async open(path: string, { threads }: SessionOptions): Promise<Session> {
    return new Session(
      await InferenceSession.create(path, {
        executionProviders: ['cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        // Memory patterns are kept for every batch shape ever seen; the arena alone reuses memory as well.
        enableMemPattern: false,
        logSeverityLevel: 3,
        extra: {
          // Spinning threads take the cores that other sessions and processes need.
          session: { intra_op: { allow_spinning: '0' } },
        },
      }),
    );
  }

  async run(feeds: Readonly<Record<string, TensorLike>>): Promise<Record<string, TensorLike>> {
    const tensors = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, toTensor(feed)]));
    return (await this.#session.run(tensors)) as unknown as Record<string, TensorLike>;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function toTensor(feed: TensorLike): Tensor {
  if (feed.type === 'uint8') return new Tensor('uint8', feed.data, feed.dims);
  if (feed.type === 'float32') return new Tensor('float32', feed.data, feed.dims);
  return new Tensor('int64', feed.data, feed.dims);
}
