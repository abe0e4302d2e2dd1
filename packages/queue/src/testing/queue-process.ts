import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/testing/queue-program.js', import.meta.url));

/** All that BlipQ does with one Redis, in a process of its own, because authorities are read when a process starts. */
export class QueueProcess {
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  /** @param authority file with the certificate of an authority that is trusted beside the usual ones */
  constructor(redisUrl: string, authority = '') {
    const env = { NODE_EXTRA_CA_CERTS: authority };
    this.#child = spawn(process.execPath, [program, redisUrl], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface(this.#child.stdout!);
  }

  /**
   * `trouble`: what readiness says, or `none`. `caption`: submits one and says its final state, or the error's code.
   * `root`: the key of the queue.
   */
  async ask(word: 'trouble' | 'caption' | 'root'): Promise<string> {
    const answer = once(this.#lines, 'line');
    this.#child.stdin!.write(`${word}\n`);
    return String((await answer)[0]);
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
