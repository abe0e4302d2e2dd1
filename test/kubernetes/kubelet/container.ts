import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ContainerSpec {
  command: string[];
  workdir: string;
  env: Record<string, string>;
}

/** A container as a process of this machine, with a group of its own in the place of a namespace of processes. */
export class Container {
  readonly startedAt = new Date().toISOString();
  readonly exited: Promise<number>;
  readonly #child: ChildProcess;
  #log = '';

  constructor({ command, workdir, env }: ContainerSpec) {
    const [program, ...args] = command as [string, ...string[]];
    this.#child = spawn(program === 'node' ? process.execPath : program, args, {
      ...{ cwd: workdir, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    });
    for (const output of [this.#child.stdout!, this.#child.stderr!])
      output.on('data', (chunk) => {
        this.#log = (this.#log + chunk).slice(-4000);
      });
    this.exited = once(this.#child, 'exit').then(([code, signal]) => {
      this.#signal('SIGKILL');
      return code ?? (signal === 'SIGKILL' ? 137 : 143);
    });
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The end of what it has printed. */
  get log(): string {
    return this.#log;
  }

  /** SIGTERM to the container's first process, and SIGKILL to all of it after the grace period. */
  async stop(graceMs: number): Promise<void> {
    if (!this.isRunning) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), graceMs);
    await this.exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#child.pid!, signal);
    } catch {
      // Nothing of it is left.
    }
  }
}
