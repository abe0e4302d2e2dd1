import { setTimeout as delay } from 'node:timers/promises';
import type { ModelFacts } from '@blipq/blip';
import type { Backoff } from './backoff.js';
import type { EngineChild, EngineReadiness } from './engine-child.js';
import type { EngineLogger } from './engine-logger.js';

/** The end of an engine process that nobody asked for; another is started after `delayMs`. */
export interface EngineLoss {
  reason: string;
  delayMs: number;
}

export interface EngineKeeperOptions {
  fork: () => EngineChild;
  /** Feeds a process that is ready; resolves when it is gone, and once `stopping` aborts. */
  serve: (child: EngineChild) => Promise<void>;
  onReady: (facts: ModelFacts) => void;
  onLost: (loss: EngineLoss) => void;
  /** Pauses before restarts, of this process alone. */
  backoff: Backoff;
  logger: EngineLogger;
  stopping: AbortSignal;
}

/** Keeps one of an engine's processes: one life after another. From its first `ready` or from `keep` on it never gives up. */
export class EngineKeeper {
  readonly #options: EngineKeeperOptions;
  #child: EngineChild | undefined;
  #launched = false;
  #supervision: Promise<void> = Promise.resolve();

  constructor(options: EngineKeeperOptions) {
    this.#options = options;
  }

  /** Undefined when no process is there. */
  get pid(): number | undefined {
    return this.#child?.reason === undefined ? this.#child?.pid : undefined;
  }

  get isReady(): boolean {
    return this.#launched && this.#child?.reason === undefined;
  }

  /** Whether it is ready and runs no batch. */
  get isIdle(): boolean {
    return this.isReady && this.#child?.isRunning === false;
  }

  /** The last lines that the latest process wrote to stderr. */
  get stderr(): string {
    return this.#child?.stderr ?? '';
  }

  /** Starts a process. One that becomes ready is kept from then on; with one that does not, that is the end of it. */
  async start(): Promise<EngineReadiness> {
    const launch = await this.#launch();
    if (launch.status === 'ready') this.#supervision = this.#supervise(launch);
    return launch;
  }

  /** Starts a process and replaces it, too, if it does not become ready. */
  keep(): void {
    if (this.#options.stopping.aborted) return;
    this.#supervision = this.#launch().then((launch) => this.#supervise(launch));
  }

  /** After `stopping`: lets the batch in flight end within `graceMs`; resolves when the process is gone. */
  async stop(graceMs: number): Promise<void> {
    await this.#child?.close(graceMs);
    await this.#supervision;
  }

  /** Until `stopping`: has the process served while it lives, and replaces it when it does not. */
  async #supervise(first: EngineReadiness): Promise<void> {
    const { serve, stopping } = this.#options;
    let launch = first;
    while (!stopping.aborted) {
      const launchedAt = performance.now();
      if (launch.status === 'ready') {
        await serve(this.#child!);
        await this.#pause(this.#child?.reason ?? '', performance.now() - launchedAt);
      } else {
        await this.#pause(launch.status === 'refused' ? launch.message : launch.reason, 0);
      }
      if (!stopping.aborted) launch = await this.#launch();
    }
  }

  async #pause(reason: string, livedMs: number): Promise<void> {
    const { backoff, logger, onLost, stopping } = this.#options;
    if (stopping.aborted) return;
    const delayMs = Math.round(backoff.delayAfter(livedMs));
    logger.warn({ reason, stderr: this.stderr, delayMs }, 'the engine process is gone; starting another');
    onLost({ reason, delayMs });
    await delay(delayMs, undefined, { signal: stopping }).catch(() => {});
  }

  /** Starts one process and waits until its model is ready or it is clear that it will not be. */
  async #launch(): Promise<EngineReadiness> {
    const { fork, logger, onReady, stopping } = this.#options;
    const startedAt = performance.now();
    this.#launched = false;
    let child: EngineChild;
    try {
      child = fork();
    } catch (error) {
      return { status: 'ended', reason: `No process could be started: ${error}.` };
    }
    this.#child = child;
    const readiness = await child.ready;
    if (readiness.status !== 'ready' || stopping.aborted) {
      await child.close();
      return readiness.status === 'ready' ? { status: 'ended', reason: 'The engine was stopped.' } : readiness;
    }
    this.#launched = true;
    logger.info({ enginePid: child.pid, ms: Math.round(performance.now() - startedAt) }, 'engine ready');
    onReady(readiness.facts);
    return readiness;
  }
}
