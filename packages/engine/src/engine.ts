import { EventEmitter } from 'node:events';
import type {
  CaptionOutput,
  CaptionRow,
  GeneratedText,
  MatchRow,
  ModelFacts,
  QuestionRow,
  TextMatch,
} from '@blipq/blip';
import { BlipqError } from '@blipq/contracts';
import { Backoff } from './backoff.js';
import { BatchDeadline } from './batch-deadline.js';
import { Batcher, type Entry } from './batcher.js';
import { type ChildBatch, EngineChild } from './engine-child.js';
import { EngineKeeper, type EngineLoss } from './engine-keeper.js';
import type { EngineOptions, ModelLocation } from './engine-options.js';
import { EngineRefusedError } from './engine-refused-error.js';
import { batchKey, type EngineOutput, type EngineRow } from './engine-row.js';
import type { Progress } from './protocol.js';

/** The batch that something was made in. */
export interface EngineBatch {
  batchSize: number;
  encodeMs: number;
  decodeMs: number;
}
export type EngineCaption = CaptionOutput & EngineBatch;
/** In the order of the questions. */
export type EngineAnswers = { answers: GeneratedText[] } & EngineBatch;
/** In the order of the texts. */
export type EngineMatches = { matches: TextMatch[] } & EngineBatch;

export type EngineState = 'starting' | 'ready' | 'restarting' | 'stopped';

export interface EngineEvents {
  /** Building or loading the model moves on, while no engine process is ready. */
  progress: [Progress];
  /** An engine process is ready. */
  ready: [ModelFacts];
  /** An engine process is gone; another is started after `delayMs`. */
  restarting: [EngineLoss];
  'batch-started': [{ size: number }];
  /** A batch ended. The times are the model's, absent unless it is done. */
  batch: [{ size: number; status: ChildBatch['status']; encodeMs?: number; decodeMs?: number }];
}

/** A row's output, and the batch that it was made in. */
type Made = EngineBatch & { output: EngineOutput };

/** How long each pause before a restart is, unless options say otherwise. */
const restartPauses = { minMs: 100, maxMs: 10_000, resetAfterMs: 30_000 };

/**
 * Runs the model in processes of their own, in batches, and keeps those processes alive.
 *
 * Rows wait in arrival order while batches run and across restarts. After the first `ready` the engine never gives up:
 * a process that crashes, hangs or is killed is replaced, and the rows that it was running are tried once more, by
 * whichever process is free. The first process starts alone, for it may have to build the graphs that all of them load.
 */
export class Engine extends EventEmitter<EngineEvents> {
  readonly #options: EngineOptions;
  readonly #batchDeadline: BatchDeadline;
  readonly #batcher: Batcher<EngineRow, Made>;
  readonly #keepers: EngineKeeper[];
  readonly #stopping = new AbortController();
  #facts: ModelFacts | undefined;
  #location: ModelLocation | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    super();
    this.#options = options;
    const { batchMax, batchMs, batchDeadlineMs, engines = 1 } = options;
    this.#batchDeadline = new BatchDeadline(batchDeadlineMs, batchMax);
    this.#batcher = new Batcher({ batchMax, batchMs, engines, key: batchKey });
    this.#keepers = Array.from({ length: engines }, (_, index) => this.#keeper(index));
  }

  /** `ready` while one process is, which suffices for all rows. */
  get state(): EngineState {
    if (this.#stopping.signal.aborted) return 'stopped';
    if (this.#facts === undefined) return 'starting';
    return this.processesReady > 0 ? 'ready' : 'restarting';
  }

  /** How many engine processes there are to be. */
  get processes(): number {
    return this.#keepers.length;
  }

  get processesReady(): number {
    return this.#keepers.filter(({ isReady }) => isReady).length;
  }

  /** What the model said of itself when it became ready. Throws before that. */
  get facts(): ModelFacts {
    if (this.#facts === undefined) throw new Error('the engine has no facts before it was ready');
    return this.#facts;
  }

  /** Most rows in one batch just now: what was asked for, or less where memory did not suffice. */
  get batchMax(): number {
    return this.#batcher.batchMax;
  }

  /** How many rows keep all engine processes busy just now: a batch of each and at most one more. */
  get rowsInHand(): number {
    return this.#batcher.rowsInHand;
  }

  /** The engine processes that are there, ready or not. */
  get pids(): number[] {
    return this.#keepers.flatMap(({ pid }) => pid ?? []);
  }

  /**
   * Resolves when the model is ready in one process; the others follow by themselves. Rejects with an EngineRefusedError
   * when the model cannot be served, with an Error when the process ended before the model was ready, with what finding
   * the checkpoint rejects with, and with BlipqError `shutting_down` when `stop` came first.
   */
  async start(): Promise<void> {
    const { checkpoint, name } = this.#options;
    if (typeof checkpoint === 'string') this.#location = { checkpoint, ...(name !== undefined && { name }) };
    else this.#location = await this.#locate(checkpoint);
    const [first, ...others] = this.#keepers;
    const launch = await first!.start();
    if (launch.status === 'ready') {
      for (const other of others) other.keep();
      return;
    }
    const stopped = this.#stopping.signal.aborted;
    await this.stop();
    if (stopped) throw stoppedBeforeReady();
    if (launch.status === 'refused') throw new EngineRefusedError(launch.code, launch.message);
    const { stderr } = first!;
    throw new Error(`${launch.reason} Its model was not ready yet.${stderr ? `\n${stderr}` : ''}`);
  }

  /**
   * Captions one row in the next batch that has room. Rejects with BlipqError `worker_lost` (two engine processes died
   * running it), `timeout` (the second one hung), `inference_error` (the model threw on this row alone),
   * `out_of_memory` (memory did not suffice for this row alone) or `shutting_down`, and with an AbortError when
   * `signal` aborts before the row is sent to the engine process. `bulk`: one of many that its caller submitted at once,
   * behind which single ones should not wait long.
   */
  async caption(row: CaptionRow, signal?: AbortSignal, bulk = false): Promise<EngineCaption> {
    const { output, ...batch } = await this.#batcher.submit({ task: 'captioning', ...row }, signal, bulk);
    return { ...(output as CaptionOutput), ...batch };
  }

  /** Answers all questions about one image. Rejects as `caption` does. */
  async answer(row: QuestionRow, signal?: AbortSignal, bulk = false): Promise<EngineAnswers> {
    const { output, ...batch } = await this.#batcher.submit({ task: 'question_answering', ...row }, signal, bulk);
    return { answers: output as GeneratedText[], ...batch };
  }

  /** Says how well each text fits one image. Rejects as `caption` does. */
  async match(row: MatchRow, signal?: AbortSignal, bulk = false): Promise<EngineMatches> {
    const { output, ...batch } = await this.#batcher.submit({ task: 'image_text_retrieval', ...row }, signal, bulk);
    return { matches: output as TextMatch[], ...batch };
  }

  /** Rejects what waits, lets the batches in flight end within `stopGraceMs`, and ends the engine processes. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { stopGraceMs = 30_000 } = this.#options;
    this.#stopping.abort();
    this.#batcher.close();
    await Promise.all(this.#keepers.map((keeper) => keeper.stop(stopGraceMs)));
  }

  async #locate(find: (signal: AbortSignal) => Promise<ModelLocation>): Promise<ModelLocation> {
    const { signal } = this.#stopping;
    try {
      const location = await find(signal);
      signal.throwIfAborted();
      return location;
    } catch (error) {
      if (signal.aborted) throw stoppedBeforeReady();
      await this.stop();
      throw error;
    }
  }

  /** Feeds an engine process while it lives. */
  async #serve(child: EngineChild): Promise<void> {
    void child.ended.then(() => this.#batcher.wake());
    while (child.reason === undefined && !this.#stopping.signal.aborted) {
      const batch = this.#batcher.take(this.#keepers.filter(({ isIdle }) => isIdle).length);
      if (batch.length === 0) await this.#batcher.available();
      else await this.#run(child, batch);
    }
  }

  async #run(child: EngineChild, batch: Entry<EngineRow, Made>[]): Promise<void> {
    const size = batch.length;
    const rows = batch.map(({ row }) => row);
    const running = child.run(rows, this.#batchDeadline.of(rows));
    this.emit('batch-started', { size });
    const ran = await running;
    if (ran.status === 'done') {
      this.#batchDeadline.learn(rows, ran.output);
      const { encodeMs, decodeMs } = ran.output;
      const outputs = ran.output.outputs.map((output) => ({ output, batchSize: size, encodeMs, decodeMs }));
      this.#batcher.settle(batch, { status: 'done', outputs, ms: encodeMs + decodeMs });
      this.emit('batch', { size, status: 'done', encodeMs, decodeMs });
    } else {
      this.#batcher.settle(batch, ran);
      this.#options.logger.warn({ size, ...ran, batchMax: this.batchMax }, 'a batch failed');
      this.emit('batch', { size, status: ran.status });
    }
  }

  #keeper(index: number): EngineKeeper {
    const { backoff = restartPauses, logger } = this.#options;
    return new EngineKeeper({
      fork: () => this.#fork(index),
      serve: (child) => this.#serve(child),
      onReady: (facts) => {
        this.#facts = facts;
        this.emit('ready', facts);
      },
      onLost: (loss) => this.emit('restarting', loss),
      backoff: new Backoff(backoff),
      logger,
      stopping: this.#stopping.signal,
    });
  }

  #fork(index: number): EngineChild {
    const { cacheDir, cacheDays = 0, threads, logger, precision = 'auto', device = 'auto' } = this.#options;
    const { startSilenceMs = 120_000, heartbeatSilenceMs = 10_000 } = this.#options;
    return new EngineChild({
      entry: this.#options.entry ?? new URL('../dist/engine-process.js', import.meta.url),
      start: {
        type: 'start',
        ...this.#location!,
        cacheDir,
        cacheDays,
        threads: Math.max(1, Math.floor(threads / this.processes)),
        precision,
        // Where `auto` finds a GPU that has no room for another engine, that one must not run on the CPU instead.
        device: index === 0 ? device : this.facts.device,
        heartbeatMs: heartbeatSilenceMs / 10,
      },
      patience: { startSilenceMs, heartbeatSilenceMs },
      logger,
      onProgress: (progress) => this.state !== 'ready' && this.emit('progress', progress),
    });
  }
}

function stoppedBeforeReady(): BlipqError {
  return new BlipqError('shutting_down', 'The engine was stopped before it was ready.');
}
