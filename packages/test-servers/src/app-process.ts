import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type App = 'gateway' | 'worker' | 'notifier';

export interface AppOptions {
  /** A program that becomes the process, with its arguments. */
  under?: readonly string[];
  /** Options of Node. */
  execArgv?: readonly string[];
  /** A file that takes all output, by its descriptor; then `log` and `stderr` stay empty. */
  output?: number;
}

export interface LogLine {
  msg: string;
  [field: string]: unknown;
}

/** What a process tells the one that started it, once: that it is ready, or why it cannot be. */
type StartMessage = { blipq: 'ready' } | { blipq: 'failed'; message: string };

/**
 * A process of BlipQ as it is deployed: `apps/<app>/dist/main.js` and an environment of its own. It stops by itself
 * should the process that started it die.
 */
export class AppProcess {
  readonly child: ChildProcess;
  readonly log: LogLine[] = [];
  /** Its lines, and why a start failed. */
  readonly stderr: string[] = [];
  /** Exit code and signal. */
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
  readonly #app: App;
  readonly #ready: Promise<void>;

  constructor(app: App, env: Readonly<Record<string, string | undefined>>, options: AppOptions = {}) {
    const { under = [], execArgv = [], output = 'pipe' } = options;
    const main = fileURLToPath(new URL(`../../../apps/${app}/dist/main.js`, import.meta.url));
    const [program, ...args] = [...under, process.execPath, ...execArgv, main];
    const stdio: StdioOptions = ['ignore', output, output, 'ipc'];
    this.#app = app;
    this.child = spawn(program!, args, { env: { HOST: '127.0.0.1', ...env }, stdio });
    this.ended = once(this.child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    this.#readLines();
    this.#ready = new Promise((resolve, reject) => {
      this.child.on('message', (message: StartMessage) => {
        if (message.blipq === 'ready') resolve();
        if (message.blipq === 'failed') this.stderr.push(`blipq: ${message.message}`);
      });
      void this.ended.then(() => reject(this.#endedEarly()));
    });
    this.#ready.catch(() => {});
  }

  #readLines(): void {
    const { stdout, stderr } = this.child;
    if (stdout === null || stderr === null) return;
    createInterface(stdout).on('line', (line) => {
      this.log.push(JSON.parse(line));
      this.child.emit('logged');
    });
    createInterface(stderr).on('line', (line) => this.stderr.push(line));
  }

  /** Resolves when its start is through. */
  async ready(): Promise<this> {
    await this.#ready;
    return this;
  }

  /** The last line with this message; waits for the first one. */
  async logged(message: string): Promise<LogLine> {
    for (;;) {
      const line = this.log.findLast(({ msg }) => msg === message);
      if (line !== undefined) return line;
      const ended = this.ended.then(() => Promise.reject(this.#endedEarly()));
      await Promise.race([once(this.child, 'logged'), ended]);
    }
  }

  /** Resolves when it has ended. */
  async kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }

  #endedEarly(): Error {
    const { exitCode, signalCode } = this.child;
    return new Error(`the ${this.#app} ended (${exitCode ?? signalCode}): ${this.stderr.join('\n')}`);
  }
}
