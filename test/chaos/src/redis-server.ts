import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';

/** A Redis (or Valkey) of this run's own: what it acknowledges is on disk, and it never evicts. */
export class RedisServer {
  readonly port: number;
  /** Not by way of a relay. Commands wait while the server is away. */
  readonly direct: Redis;
  readonly #folder: string;
  #server: ChildProcess | undefined;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
    this.direct = new Redis(port, '127.0.0.1', {
      maxRetriesPerRequest: null,
      retryStrategy: () => 50,
      lazyConnect: true,
    });
    this.direct.on('error', () => {});
  }

  static async start(folder: string): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), folder);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const settings = [
      '--appendonly',
      'yes',
      '--appendfsync',
      'always',
      '--save',
      '',
      '--maxmemory-policy',
      'noeviction',
    ];
    const where = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder];
    const server = spawn(program(), [...where, ...settings], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#server = server;
    for await (const line of createInterface(server.stdout)) {
      if (line.includes('Ready to accept connections')) return void server.stdout.resume();
    }
    throw new Error('the Redis server ended before it was ready');
  }

  /** As if the machine were gone; the append-only file is what remains. */
  async kill(): Promise<void> {
    const ended = once(this.#server!, 'exit');
    this.#server!.kill('SIGKILL');
    await ended;
  }

  freeze(): void {
    this.#server!.kill('SIGSTOP');
  }

  thaw(): void {
    this.#server!.kill('SIGCONT');
  }

  /** It refuses whatever takes memory, or no longer does. */
  async setFull(full: boolean): Promise<void> {
    await this.direct.config('SET', 'maxmemory', full ? '1mb' : '0');
  }

  async stop(): Promise<void> {
    this.direct.disconnect();
    this.thaw();
    await this.kill();
  }
}

function program(): string {
  const found = ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (found === undefined) throw new Error('no redis-server or valkey-server on the PATH');
  return found;
}
