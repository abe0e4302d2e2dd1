import { OwnRedis } from '@blipq/test-servers';
import { Redis } from 'ioredis';

/** A Redis of this run's own: what it acknowledges is on disk, and it never evicts. */
export class RedisServer {
  /** Not by way of a relay. Commands wait while the server is away. */
  readonly direct: Redis;
  readonly #server: OwnRedis;

  private constructor(server: OwnRedis) {
    this.#server = server;
    this.direct = new Redis(server.port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    this.direct.on('error', () => {});
  }

  static async start(): Promise<RedisServer> {
    const server = await OwnRedis.create({ settings: { 'maxmemory-policy': 'noeviction' } });
    await server.start();
    return new RedisServer(server);
  }

  get port(): number {
    return this.#server.port;
  }

  /** As if the machine were gone; the append-only file is what remains. */
  async kill(): Promise<void> {
    await this.#server.kill();
  }

  killNow(): void {
    this.#server.signal('SIGKILL');
  }

  async start(): Promise<void> {
    await this.#server.start();
  }

  freeze(): void {
    this.#server.signal('SIGSTOP');
  }

  thaw(): void {
    this.#server.signal('SIGCONT');
  }

  /** It refuses whatever takes memory, or no longer does. */
  async setFull(full: boolean): Promise<void> {
    await this.direct.config('SET', 'maxmemory', full ? '1mb' : '0');
  }

  async stop(): Promise<void> {
    this.direct.disconnect();
    await this.#server.remove();
  }
}
