import { readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { redisStart } from '@blipq/service';
import { OwnRedis } from '@blipq/test-servers';
import { Redis } from 'ioredis';
import type { SteppedClock } from './stepped-clock.js';

/** Keys of somebody else, and how much each holds. */
const fillers = 'somebody-else:';
const fillerBytes = 1_000_000;

/** How far an append-only file has come: the part that is being written, and its bytes. */
interface Appended {
  file: string;
  bytes: number;
}

/** A Redis of this run's own: what it acknowledges is on disk, and it never evicts. */
export class RedisServer {
  /** Not by way of a relay. Commands wait while the server is away. */
  readonly direct: Redis;
  readonly #server: OwnRedis;

  readonly #clock: SteppedClock | undefined;

  private constructor(server: OwnRedis, clock: SteppedClock | undefined) {
    this.#server = server;
    this.#clock = clock;
    this.direct = new Redis(server.port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    this.direct.on('error', () => {});
  }

  /** @param clock that it has instead of the machine's */
  static async start(clock?: SteppedClock): Promise<RedisServer> {
    const settings = { 'maxmemory-policy': 'noeviction', 'aof-load-truncated': 'yes' };
    const under = [...(clock?.under ?? []), 'sh', '-c', redisStart];
    const server = await OwnRedis.create({ settings, under });
    await server.start();
    return new RedisServer(server, clock);
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

  appended(): Appended {
    const folder = join(this.#server.dir, 'appendonlydir');
    const parts = readFileSync(join(folder, 'appendonly.aof.manifest'), 'utf8').trimEnd().split('\n');
    const file = join(folder, parts.at(-1)!.split(' ')[1]!);
    return { file, bytes: statSync(file).size };
  }

  /** Leaves this share of what was appended since then, to the byte. Only while it is dead. */
  cut(since: Appended, share: number): void {
    const { file, bytes } = this.appended();
    // It may have begun another file meanwhile, with all of the one before in another form.
    const from = file === since.file ? since.bytes : 0;
    truncateSync(file, from + Math.floor(share * (bytes - from)));
  }

  /** Its clock is `ms` ahead of the machine's from now on, or behind it. */
  stepClock(ms: number): void {
    this.#clock!.step(ms);
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
