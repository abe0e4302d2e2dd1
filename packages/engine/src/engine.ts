import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
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
import { type ChildBatch, EngineChild, type EngineReadiness } from './engine-child.js';
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
  /** Building or loading the model moves on. */
  progress: [Progress];
  ready: [ModelFacts];
  /** The engine process is gone; another is started after `delayMs`. */
  restarting: [{ reason: string; delayMs: number }];
  'batch-started': [{ size: number }];
  /** A batch ended. The times are the model's, absent unless it is done. */
  batch: [{ size: number; status: ChildBatch['status']; encodeMs?: number; decodeMs?: number }];
}

/** A start of the engine process: ready, or gone again. */
type Launch = { status: 'ready'; child: EngineChild } | Exclude<EngineReadiness, { status: 'ready' }>;

/** A row's output, and the batch that it was made in. */
type Made = EngineBatch & { output: EngineOutput };

/**
 * Runs the model in a process of its own, in batches, and keeps that process alive.
 *
 * Rows wait in arrival order while a batch runs and across restarts. After the first `ready` the engine never gives up:
 * a process that crashes, hangs or is killed is replaced, and the rows that it was running are tried once more.
 */
export class Engine extends EventEmitter<EngineEvents> {
  readonly #options: EngineOptions;
  readonly #batchDeadline: BatchDeadline;
  readonly #batcher: Batcher<EngineRow, Made>;
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  #state: EngineState = 'starting';
  #facts: ModelFacts | undefined;
  #location: ModelLocation | undefined;
  #child: EngineChild | undefined;
  #supervision: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    super();
    this.#options = options;
    this.#batchDeadline = new BatchDeadline(options.batchDeadlineMs, options.batchMax);
    this.#batcher = new Batcher({ batchMax: options.batchMax, batchMs: options.batchMs, key: batchKey });
    this.#backoff = options.backoff ?? new Backoff({ minMs: 100, maxMs: 10_000, resetAfterMs: 30_000 });
  }

  get state(): EngineState {
    return this.#state;
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

  /** How many rows keep the engine busy just now, between one and two batches. */
  get rowsInHand(): number {
    return this.#batcher.rowsInHand;
  }

  /** The engine process, undefined when none is running. */
  get pid(): number | undefined {
    return this.#child?.reason === undefined ? this.#child?.pid : undefined;
  }

  /**
   * Resolves when the model is ready. Rejects with an EngineRefusedError when the model cannot be served, with an Error
   * when the process ended before the model was ready, with what finding the checkpoint rejects with, and with
   * BlipqError `shutting_down` when `stop` came first.
   */
  async start(): Promise<void> {
    const { checkpoint, name } = this.#options;
    if (typeof checkpoint === 'string') this.#location = { checkpoint, ...(name !== undefined && { name }) };
    else this.#location = await this.#locate(checkpoint);
    const launch = await this.#launch();
    if (launch.status === 'ready') {
      this.#supervision = this.#supervise(launch.child);
      return;
    }
    const stopped = this.#stopping.signal.aborted;
    await this.stop();
    if (stopped) throw stoppedBeforeReady();
    if (launch.status === 'refused') throw new EngineRefusedError(launch.code, launch.message);
    const stderr = this.#child?.stderr;
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

  /** Rejects what waits, lets the batch in flight end within `stopGraceMs`, and ends the engine process. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#state = 'stopped';
    this.#stopping.abort();
    this.#batcher.close();
    await this.#child?.close(this.#options.stopGraceMs ?? 30_000);
    await this.#supervision;
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

  /** Until `stop`: feeds the engine process while it lives, and replaces it when it does not. */
  async #supervise(first: EngineChild): Promise<void> {
    let child: EngineChild | undefined = first;
    while (child !== undefined) {
      const readyAt = performance.now();
      await this.#serve(child);
      child = await this.#replace(child.reason ?? '', performance.now() - readyAt);
    }
  }

  async #serve(child: EngineChild): Promise<void> {
    void child.ended.then(() => this.#batcher.wake());
    while (child.reason === undefined && !this.#stopping.signal.aborted) {
      const batch = this.#batcher.take();
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

  /** Starts engine processes until one is ready; undefined once the engine is stopping. */
  async #replace(reason: string, livedMs: number): Promise<EngineChild | undefined> {
    const { logger } = this.#options;
    const { signal } = this.#stopping;
    if (signal.aborted) return undefined;
    this.#state = 'restarting';
    const delayMs = Math.round(this.#backoff.delayAfter(livedMs));
    logger.warn({ reason, stderr: this.#child?.stderr, delayMs }, 'the engine process is gone; starting another');
    this.emit('restarting', { reason, delayMs });
    await delay(delayMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return undefined;
    const launch = await this.#launch();
    if (launch.status === 'ready') return launch.child;
    return this.#replace(launch.status === 'refused' ? launch.message : launch.reason, 0);
  }

  /** Starts one engine process and waits until its model is ready or it is clear that it will not be. */
  async #launch(): Promise<Launch> {
    const startedAt = performance.now();
    let child: EngineChild;
    try {
      child = this.#fork();
    } catch (error) {
      return { status: 'ended', reason: `No process could be started: ${error}.` };
    }
    this.#child = child;
    const readiness = await child.ready;
    if (readiness.status !== 'ready' || this.#stopping.signal.aborted) {
      await child.close();
      return readiness.status === 'ready' ? { status: 'ended', reason: 'The engine was stopped.' } : readiness;
    }
    this.#facts = readiness.facts;
    this.#state = 'ready';
    this.#options.logger.info({ enginePid: child.pid, ms: Math.round(performance.now() - startedAt) }, 'engine ready');
    this.emit('ready', readiness.facts);
    return { ...readiness, child };
  }

  #fork(): EngineChild {
    const { cacheDir, cacheDays = 0, threads, logger, precision = 'auto', device = 'auto' } = this.#options;
    const { startSilenceMs = 120_000, heartbeatSilenceMs = 10_000 } = this.#options;
    return new EngineChild({
      entry: this.#options.entry ?? new URL('../dist/engine-process.js', import.meta.url),
      start: {
        type: 'start',
        ...this.#location!,
        cacheDir,
        cacheDays,
        threads,
        precision,
        device,
        heartbeatMs: heartbeatSilenceMs / 10,
      },
      patience: { startSilenceMs, heartbeatSilenceMs },
      logger,
      onProgress: (progress) => this.emit('progress', progress),
    });
  }
}

function stoppedBeforeReady(): BlipqError {
  return new BlipqError('shutting_down', 'The engine was stopped before it was ready.');
}
