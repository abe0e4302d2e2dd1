import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Redis of a test's own, with AOF, to be stopped, frozen and killed. */
export class OwnRedis {
  readonly url: string;
  readonly #port: number;
  readonly #dir: string;
  #server: ChildProcess | undefined;

  private constructor(port: number, dir: string) {
    this.#port = port;
    this.#dir = dir;
    this.url = `redis://127.0.0.1:${port}`;
  }

  /** A free port and an empty folder; no server runs yet. */
  static async create(): Promise<OwnRedis> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as { port: number };
    probe.close();
    await once(probe, 'close');
    return new OwnRedis(port, await mkdtemp(join(tmpdir(), 'blipq-own-redis-')));
  }

  async start(): Promise<void> {
    const where = ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', this.#dir];
    const args = [...where, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
    const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#server = server;
    let log = '';
    for await (const chunk of server.stdout) {
      log += String(chunk);
      if (log.includes('Ready to accept connections')) break;
    }
    if (server.exitCode !== null) throw new Error(`redis-server ended:\n${log}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#server?.kill(signal);
  }

  /** kill -9, as a crash. */
  async kill(): Promise<void> {
    if (this.#server === undefined || this.#server.exitCode !== null) return;
    const exited = once(this.#server, 'exit');
    this.#server.kill('SIGKILL');
    await exited;
    this.#server = undefined;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#dir, { recursive: true, force: true });
  }
}
