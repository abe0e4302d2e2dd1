import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type ServicePart, StartupError } from '@blipq/service';

export interface SupervisedProcessOptions {
  name: string;
  /** Starts the process, with piped output, in a process group of its own so that Ctrl-C reaches only us. */
  spawn(): ChildProcess | Promise<ChildProcess>;
  /** Resolves when it can do its work; rejects with the reason when it says that it cannot. */
  ready(child: ChildProcess): Promise<void>;
  /** Receives each line that it prints. */
  line(text: string): void;
  /** Receives what happened to it, one sentence at a time. */
  say(text: string): void;
  /** Longest it may take to end after SIGTERM; then it is killed. */
  stopDeadlineMs: number;
}

const backoffMs = { first: 500, most: 10_000 };
/** A process that ran this long is healthy; its next crash counts as the first one. */
const healthyMs = 60_000;

/** A child process that is started again, after a growing pause, whenever it ends without being asked to. */
export class SupervisedProcess implements ServicePart {
  readonly #options: SupervisedProcessOptions;
  readonly #stopping = new AbortController();
  readonly #terminate = () => void this.#child?.kill('SIGTERM');
  #child: ChildProcess | undefined;
  #crashes = 0;

  constructor(options: SupervisedProcessOptions) {
    this.#options = options;
  }

  /** @throws StartupError when the process says that it cannot start, or ends */
  async start(): Promise<void> {
    process.once('exit', this.#terminate);
    await this.#launch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const deadline = setTimeout(() => child.kill('SIGKILL'), this.#options.stopDeadlineMs);
    await ended;
    clearTimeout(deadline);
  }

  async #launch(): Promise<void> {
    const { name, line, ready, spawn } = this.#options;
    const child = await spawn();
    this.#child = child;
    if (this.#stopping.signal.aborted) child.kill('SIGTERM');
    for (const output of [child.stdout, child.stderr]) if (output) createInterface(output).on('line', line);
    const startedAtMs = performance.now();
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
    });
    const endedEarly = ended.then((how) => {
      throw new StartupError(`the ${name} ended while starting (${how})`);
    });
    try {
      await Promise.race([ready(child), endedEarly]);
    } catch (error) {
      await ended;
      throw error;
    }
    void ended.then((how) => this.#restart(how, performance.now() - startedAtMs));
  }

  async #restart(how: string, livedMs: number): Promise<void> {
    const { name, say } = this.#options;
    const { signal } = this.#stopping;
    if (livedMs > healthyMs) this.#crashes = 0;
    let reason = `The ${name} ended (${how})`;
    while (!signal.aborted) {
      const pauseMs = Math.min(backoffMs.first * 2 ** this.#crashes++, backoffMs.most);
      say(`${reason}; starting it again in ${pauseMs / 1000} s.`);
      await delay(pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      try {
        await this.#launch();
        say(`The ${name} is back.`);
        return;
      } catch (error) {
        reason = `The ${name} did not start (${(error as Error).message})`;
      }
    }
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}
