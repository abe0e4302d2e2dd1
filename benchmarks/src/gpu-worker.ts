import { type ChildProcess, fork } from 'node:child_process';
import type { GpuOrder } from './gpu-process.js';

/** One process of the GPU benchmark, ended where it takes longer than there is time. */
export class GpuWorker {
  readonly #child: ChildProcess;
  readonly #report: Promise<unknown>;
  /** Resolves when its model is loaded and warm. */
  readonly ready: Promise<void>;

  /** @param endMs on the clock of `performance` */
  constructor(order: GpuOrder, endMs: number, env: NodeJS.ProcessEnv = {}) {
    this.#child = fork(new URL('./gpu-process.js', import.meta.url), {
      ...{ stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [], env: { ...process.env, ...env } },
      ...{ timeout: Math.ceil(Math.max(1000, endMs - performance.now())), killSignal: 'SIGKILL' },
    });
    const ended = new Promise<never>((_, reject) => {
      this.#child.once('exit', (code, signal) => reject(new Error(`its process ended with ${signal ?? code}`)));
    });
    const said = <T>(name: 'ready' | 'report') =>
      new Promise<T>((resolve) => {
        this.#child.on('message', (message: Record<string, T>) => name in message && resolve(message[name]!));
      });
    this.ready = Promise.race([said<void>('ready'), ended]);
    this.#report = Promise.race([said('report'), ended]);
    for (const promise of [this.ready, this.#report]) promise.catch(() => undefined);
    this.#child.send(order);
  }

  async go<Report>(): Promise<Report> {
    this.#child.send({ go: true });
    return (await this.#report) as Report;
  }
}
