import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ModelFacts } from '@blipq/blip';
import type { BatchFailure } from './batcher.js';
import type { EngineLogger } from './engine-logger.js';
import type { EngineBatchOutput, EngineRow } from './engine-row.js';
import { type EngineReply, type EngineRequest, engineReply, type Progress, type StartRequest } from './protocol.js';
import { Watchdog } from './watchdog.js';

/** How long the engine process may be silent before it counts as hung and is killed, while it runs no batch. */
export interface Patience {
  /** While it makes the model ready; progress renews it. */
  startSilenceMs: number;
  /** While it has nothing to do. */
  heartbeatSilenceMs: number;
}

export interface EngineChildOptions {
  entry: URL;
  start: StartRequest;
  patience: Patience;
  logger: EngineLogger;
  onProgress: (progress: Progress) => void;
}

/** What became of a start. */
export type EngineReadiness =
  | { status: 'ready'; facts: ModelFacts }
  | { status: 'refused'; code: string; message: string }
  | { status: 'ended'; reason: string };

export type ChildBatch = { status: 'done'; output: EngineBatchOutput } | BatchFailure;

/** How much of the process's stderr is kept, to be told when it ends, in lines: V8's last words take 40. */
const stderrLinesMax = 60;
/** A process that has nothing to finish leaves within milliseconds; this is for a machine that swaps. */
const leaveMs = 2000;

/**
 * Last words of V8 (`JavaScript heap out of memory`) and of C++ (`terminate called after throwing an instance of
 * 'std::bad_alloc'`). The kernel's out-of-memory killer leaves none: it sends a SIGKILL, as nobody but us does otherwise.
 */
const outOfMemory = /out of memory|bad_alloc/i;

/** One life of the engine process, from its fork until nothing of it is left. */
export class EngineChild {
  /** Settles with the first of: the model is ready, it is refused, the process ended. Never rejects. */
  readonly ready: Promise<EngineReadiness>;
  /** Resolves when the process is gone and all that it wrote and sent has been read. Never rejects. */
  readonly ended: Promise<void>;
  readonly #options: EngineChildOptions;
  readonly #process: ChildProcess;
  readonly #stderr: string[] = [];
  #watchdog: Watchdog | undefined;
  #settleReady!: (readiness: EngineReadiness) => void;
  #settleBatch: ((batch: ChildBatch) => void) | undefined;
  #running: Promise<ChildBatch> | undefined;
  #batches = 0;
  /** Why it was killed, when it was us. */
  #fault: BatchFailure | undefined;
  #reason: string | undefined;

  constructor(options: EngineChildOptions) {
    this.#options = options;
    this.#process = fork(fileURLToPath(options.entry), {
      serialization: 'advanced',
      // The engine process reads the end of stdin as the end of this process; see lifeline.ts.
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
      // This process's own flags (inspector port, loaders) are not meant for it.
      execArgv: [],
    });
    this.ready = new Promise((resolve) => {
      this.#settleReady = resolve;
    });
    this.ended = new Promise((resolve) => {
      // 'close' comes after the exit and the ends of all pipes; an 'error' without a pid means that nothing started.
      this.#process.on('close', (code, signal) => resolve(this.#end(signal ?? `exit code ${code}`)));
      this.#process.on('error', (error) => this.pid === undefined && resolve(this.#end(error.message)));
    });
    this.#process.on('message', (message) => this.#receive(message));
    this.#log();
    this.#watch(options.patience.startSilenceMs, 'made no progress with the model');
    this.#send(options.start);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Whether a batch runs. */
  get isRunning(): boolean {
    return this.#settleBatch !== undefined;
  }

  /** Why the process is gone, undefined while it is there. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** The last lines that it wrote to stderr; where a native crash or an uncaught error explains itself. */
  get stderr(): string {
    return this.#stderr.join('\n');
  }

  /**
   * Runs one batch; only one at a time, and only after `ready`. A process that ends meanwhile is an outcome too, and so is
   * one that takes longer than `deadlineMs`.
   */
  run(rows: EngineRow[], deadlineMs: number): Promise<ChildBatch> {
    if (this.#reason !== undefined) return Promise.resolve({ status: 'crashed', reason: this.#reason });
    this.#batches += 1;
    this.#watch(deadlineMs, `did not finish a batch of ${rows.length}`);
    this.#send({ type: 'batch', id: this.#batches, rows });
    this.#running = new Promise((resolve) => {
      this.#settleBatch = resolve;
    });
    return this.#running;
  }

  /** Lets the batch in flight end within `batchGraceMs`, then the process; resolves when it is gone. */
  async close(batchGraceMs = 0): Promise<void> {
    const cut = setTimeout(() => this.#kill(), batchGraceMs);
    if (this.#settleBatch !== undefined) await this.#running;
    clearTimeout(cut);
    this.#watchdog?.stop();
    // Not `disconnect`: after that, Node never emits the 'close' that `ended` waits for.
    this.#send({ type: 'stop' });
    const insist = setTimeout(() => this.#kill(), leaveMs);
    await this.ended;
    clearTimeout(insist);
  }

  #kill(): void {
    this.#process.kill('SIGKILL');
  }

  #send(request: EngineRequest): void {
    // Sending fails only when the process is gone, and that is told by `ended`.
    this.#process.send(request, () => {});
  }

  #receive(message: unknown): void {
    const parsed = engineReply.safeParse(message);
    if (parsed.success) this.#handle(parsed.data);
    else this.#condemn('crashed', `broke the protocol: ${parsed.error.message}`);
  }

  #handle(reply: EngineReply): void {
    switch (reply.type) {
      case 'progress':
        this.#watchdog?.feed();
        this.#options.onProgress({ phase: reply.phase, bytesDone: reply.bytesDone });
        break;
      case 'note':
        this.#options.logger[reply.level]({ enginePid: this.#process.pid }, reply.message);
        break;
      case 'ready':
        this.#watchIdle();
        this.#settleReady({ status: 'ready', facts: reply.facts });
        break;
      case 'refused':
        this.#settleReady({ status: 'refused', code: reply.code, message: reply.message });
        break;
      case 'heartbeat':
        if (this.#settleBatch === undefined) this.#watchdog?.feed();
        break;
      case 'batch-result':
        this.#finishBatch(reply.id, { status: 'done', output: reply.output });
        break;
      case 'batch-error':
        this.#finishBatch(reply.id, { status: reply.status, reason: reply.message });
        break;
    }
  }

  #finishBatch(id: number, batch: ChildBatch): void {
    const settle = this.#settleBatch;
    if (settle === undefined || id !== this.#batches) {
      this.#condemn('crashed', `answered batch ${id}, which is not running`);
      return;
    }
    this.#settleBatch = undefined;
    this.#watchIdle();
    settle(batch);
  }

  #watchIdle(): void {
    this.#watch(this.#options.patience.heartbeatSilenceMs, 'sent no heartbeat');
  }

  #watch(limitMs: number, fault: string): void {
    this.#watchdog?.stop();
    this.#watchdog = new Watchdog(limitMs, () => this.#condemn('hung', `${fault} within ${limitMs} ms`));
  }

  #condemn(status: 'crashed' | 'hung', what: string): void {
    this.#fault = { status, reason: `The engine process ${what}.` };
    this.#kill();
  }

  #end(how: string): void {
    this.#watchdog?.stop();
    const failure = this.#fault ?? {
      status: 'crashed',
      reason: `The engine process ended (${how}).`,
      starved: how === 'SIGKILL' || outOfMemory.test(this.stderr),
    };
    this.#reason = failure.reason;
    this.#settleReady({ status: 'ended', reason: failure.reason });
    this.#settleBatch?.(failure);
    this.#settleBatch = undefined;
  }

  #log(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      createInterface({ input: this.#process[stream]! }).on('line', (line) => {
        this.#options.logger.debug({ enginePid: this.pid, stream }, line);
        if (stream === 'stderr') this.#stderr.splice(0, this.#stderr.push(line) - stderrLinesMax);
      });
    }
  }
}
