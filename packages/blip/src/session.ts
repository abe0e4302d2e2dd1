import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Device } from './precision.js';

export interface SessionOptions {
  /** Threads that one op may use. */
  readonly threads: number;
  readonly device?: Device;
  /**
   * Runs from the mapped weights as they are instead of laying them out for this CPU's kernels: slower, but takes no
   * memory for a copy. Default false.
   */
  readonly frugal?: boolean;
}

interface OptimizeOptions extends SessionOptions {
  /** Where the optimised model goes; its weights go to a file beside it, of the same name and `.data`. */
  readonly target: string;
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

  /**
   * Loads a model, from a path with its weights in a data file beside it, or from bytes that hold them. Blocks the
   * thread, too.
   *
   * @param optimized says that `optimize` made the model: it is taken as it is
   */
  static async open(model: string | Uint8Array, options: SessionOptions, optimized = false): Promise<Session> {
    const graphOptimizationLevel = optimized ? 'disabled' : 'all';
    return new Session(await create(model, { ...sessionOptions(options), graphOptimizationLevel }));
  }

  /**
   * Loads a model and stores it as onnxruntime runs it here: ops fused, weights laid out for this CPU's kernels. A
   * session over the result maps the weights from its file instead of making its own copy of them.
   */
  static async optimize(path: string, { target, ...options }: OptimizeOptions): Promise<Session> {
    const { extra, ...base } = sessionOptions(options);
    return new Session(
      await create(path, {
        ...base,
        graphOptimizationLevel: 'all',
        optimizedModelFilePath: target,
        extra: {
          session: {
            ...extra.session,
            save_external_prepacked_constant_initializers: '1',
            optimized_model_external_initializers_file_name: `${target.split('/').at(-1)}.data`,
            optimized_model_external_initializers_min_size_in_bytes: '1024',
          },
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

function create(model: string | Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> {
  return typeof model === 'string' ? InferenceSession.create(model, options) : InferenceSession.create(model, options);
}

function sessionOptions({ threads, device = 'cpu', frugal = false }: SessionOptions) {
  return {
    executionProviders: device === 'cuda' ? ['cuda', 'cpu'] : ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Memory patterns are kept for every batch shape ever seen; the arena alone reuses memory as well.
    enableMemPattern: false,
    logSeverityLevel: 3 as const,
    extra: {
      // Spinning threads take the cores that other sessions and processes need.
      session: { intra_op: { allow_spinning: '0' }, disable_prepacking: frugal ? '1' : '0' },
    },
  };
}

function toTensor(feed: TensorLike): Tensor {
  if (feed.type === 'uint8') return new Tensor('uint8', feed.data, feed.dims);
  if (feed.type === 'float32') return new Tensor('float32', feed.data, feed.dims);
  return new Tensor('int64', feed.data, feed.dims);
}
