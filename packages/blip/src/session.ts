import { disableTelemetry } from '@blipq/onnx-graph';
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
  /**
   * Has onnxruntime make signed weights of eight bits unsigned when it optimises a graph, for CPUs on which products with
   * signed ones saturate (see int8Saturates). A graph stored by `optimize` keeps the form that it was given. Default
   * false.
   */
  readonly exactInt8?: boolean;
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

  /** @throws OutOfMemoryError; the session can be used after it, and what its arena got hold of stays with it */
  async run(feeds: Readonly<Record<string, TensorLike>>): Promise<Record<string, TensorLike>> {
    const tensors = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, toTensor(feed)]));
    return (await this.#session.run(tensors).catch(throwTyped)) as unknown as Record<string, TensorLike>;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** There was not enough memory to load a model, or to run as much as was asked for. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
}

/**
 * onnxruntime-node 1.30 throws a plain Error whose message ends, behind one `Non-zero status code returned while running
 * … node.` for each graph that it was in, with what the failed allocation said: `std::bad_alloc` from the CPU's
 * allocator, `bfc_arena.cc:360 … Failed to allocate memory for requested buffer of size N` from an arena, the CPU's or
 * CUDA's. CUDA's own words are taken from onnxruntime's source: `CUDA failure 2: out of memory`, and its libraries' codes.
 */
const allocationFailed =
  /bad_alloc|Failed to allocate memory|out of memory|CUDNN_STATUS_ALLOC_FAILED|CUBLAS_STATUS_ALLOC_FAILED/i;

function throwTyped(error: unknown): never {
  if (!(error instanceof Error) || !allocationFailed.test(error.message)) throw error;
  throw new OutOfMemoryError(error.message, { cause: error });
}

async function create(model: string | Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> {
  disableTelemetry();
  // One call for each of its overloads.
  return await (typeof model === 'string'
    ? InferenceSession.create(model, options)
    : InferenceSession.create(model, options)
  ).catch(throwTyped);
}

/**
 * How long a thread that has nothing to do waits for the next op before it sleeps, in microseconds. About as long as it
 * takes to wake one: with many small ops a decoding step is a fifth faster, and the cores are free between runs for what
 * else needs them. By default onnxruntime's threads spin for much longer.
 */
const SPIN_US = '20';

function sessionOptions({ threads, device = 'cpu', frugal = false, exactInt8 = false }: SessionOptions) {
  return {
    executionProviders: device === 'cuda' ? ['cuda', 'cpu'] : ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Memory patterns are kept for every batch shape ever seen; the arena alone reuses memory as well.
    enableMemPattern: false,
    logSeverityLevel: 3 as const,
    extra: {
      session: {
        intra_op: { allow_spinning: '1', spin_duration_us: SPIN_US },
        disable_prepacking: frugal ? '1' : '0',
        x64quantprecision: exactInt8 ? '1' : '0',
      },
    },
  };
}

function toTensor(feed: TensorLike): Tensor {
  if (feed.type === 'uint8') return new Tensor('uint8', feed.data, feed.dims);
  if (feed.type === 'float32') return new Tensor('float32', feed.data, feed.dims);
  return new Tensor('int64', feed.data, feed.dims);
}
