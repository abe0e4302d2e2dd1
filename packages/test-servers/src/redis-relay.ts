import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * TCP between a Redis and whoever is to be cut off from it. While it is parted nothing passes in either direction and
 * neither side learns it, as when packets are dropped.
 */
export class RedisRelay {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isParted = false;

  private constructor(server: Server, target: URL, localAddress?: string) {
    this.#server = server;
    this.url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (client) => {
      const redis = connect({
        port: Number(target.port),
        host: target.hostname,
        ...(localAddress && { localAddress }),
      });
      for (const [from, to] of [
        [client, redis],
        [redis, client],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (bytes) => to.write(bytes));
        from.on('error', () => {});
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        // A connection that is made meanwhile is as silent as the others.
        if (this.#isParted) from.pause();
      }
    });
  }

  /** @param localAddress of this machine, from which Redis is connected to. Default: the system's choice */
  static async start(redisUrl: string, localAddress?: string): Promise<RedisRelay> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RedisRelay(server, new URL(redisUrl), localAddress);
  }

  part(): void {
    this.#isParted = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** What was sent meanwhile arrives now, as TCP sends it again. */
  join(): void {
    this.#isParted = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** What was sent meanwhile is lost with its connections; new ones work. */
  reset(): void {
    this.#isParted = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.reset();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
