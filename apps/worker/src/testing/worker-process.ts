import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '@blipq/test-servers';

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string;
  }
}

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

interface LogLine {
  msg: string;
  [field: string]: unknown;
}

/** The worker as it is deployed: `dist/main.js` and an environment. */
export class WorkerProcess {
  readonly child: ChildProcess;
  readonly log: LogLine[] = [];
  readonly stderr: string[] = [];
  /** Exit code and signal. */
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
  readonly #health: string;

  private constructor(env: Record<string, string>, port: number, under: readonly string[]) {
    this.#health = `http://127.0.0.1:${port}`;
    const [program, ...args] = [...under, process.execPath, main];
    this.child = spawn(program!, args, {
      env: { HOST: '127.0.0.1', BLIPQ_HEALTH_PORT: String(port), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    createInterface(this.child.stdout!).on('line', (line) => {
      this.log.push(JSON.parse(line));
      this.child.emit('logged');
    });
    createInterface(this.child.stderr!).on('line', (line) => this.stderr.push(line));
    this.ended = once(this.child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  }

  /** @param under a program that becomes the worker, with its arguments */
  static async spawn(env: Record<string, string>, under: readonly string[] = []): Promise<WorkerProcess> {
    return new WorkerProcess(env, await freePort(), under);
  }

  /** The last line with this message; waits for the first one. */
  async logged(message: string): Promise<LogLine> {
    for (;;) {
      const line = this.log.findLast(({ msg }) => msg === message);
      if (line !== undefined) return line;
      const ended = this.ended.then(([code, signal]) => {
        throw new Error(`the worker ended (${code ?? signal}): ${this.stderr.join('\n')}`);
      });
      await Promise.race([once(this.child, 'logged'), ended]);
    }
  }

  /** GET on the health server. */
  async health(path: '/livez' | '/readyz' | '/metrics'): Promise<{ status: number; body: string }> {
    const response = await fetch(this.#health + path, { signal: AbortSignal.timeout(5000) });
    return { status: response.status, body: await response.text() };
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }
}
