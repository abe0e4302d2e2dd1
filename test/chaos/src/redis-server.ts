import { OwnRedis } from '@blipq/test-servers';
import { Redis } from 'ioredis';

/** Keys of somebody else, and how much each holds. */
const fillers = 'somebody-else:';
const fillerBytes = 1_000_000;

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

  /** Somebody else fills it, to the last byte that it takes. */
  async fill(): Promise<void> {
    const used = Number(/used_memory:(\d+)/.exec(await this.direct.info('memory'))![1]);
    await this.direct.config('SET', 'maxmemory', used + 16 * fillerBytes);
    for (let n = 0; n < 64; n += 1) {
      const taken = await this.direct.set(`${fillers}${n}`, Buffer.alloc(fillerBytes)).catch(() => undefined);
      if (taken === undefined) break;
    }
  }

  async empty(): Promise<void> {
    await this.direct.config('SET', 'maxmemory', '0');
    await this.direct.unlink(Array.from({ length: 64 }, (_, n) => `${fillers}${n}`));
  }

  async stop(): Promise<void> {
    this.direct.disconnect();
    await this.#server.remove();
  }
}
