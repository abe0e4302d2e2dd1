import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis, type RedisOptions } from 'ioredis';
import { freePort } from './free-port.js';
import type { OwnAuthority } from './own-authority.js';

export interface OwnRedisOptions {
  /** Default: `redis-server`, or `valkey-server` where there is no other. */
  program?: string;
  /** As in redis.conf, over an append-only file that is written at every command. */
  settings?: Record<string, string>;
  /** A program that becomes the server, with its arguments. */
  under?: readonly string[];
  /** Takes TLS only, with its certificate. */
  authority?: OwnAuthority;
  /** Runs as a sentinel, with these lines of its configuration. */
  sentinel?: string[];
}

const programs = ['redis-server', 'valkey-server'];
const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const serverProgram = (): string => programs.find(isThere) ?? programs[0]!;

/** A Redis of a test's own, with AOF, to be stopped, frozen and killed. */
export class OwnRedis {
  readonly port: number;
  readonly url: string;
  /** Where its files are. */
  readonly dir: string;
  readonly #options: OwnRedisOptions;
  #server: ChildProcess | undefined;

  private constructor(port: number, dir: string, options: OwnRedisOptions) {
    this.port = port;
    this.url = `${options.authority === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}`;
    this.dir = dir;
    this.#options = options;
  }

  /** A free port and an empty folder; no server runs yet. */
  static async create(options: OwnRedisOptions = {}): Promise<OwnRedis> {
    const own = new OwnRedis(await freePort(), await mkdtemp(join(tmpdir(), 'blipq-own-redis-')), options);
    await writeFile(own.#configuration, own.#lines());
    return own;
  }

  /** A connection of the test's own. */
  client(options: RedisOptions = {}): Redis {
    const { authority } = this.#options;
    return new Redis(this.url, { ...options, ...(authority !== undefined && { tls: authority.tls }) });
  }

  get #configuration(): string {
    return join(this.dir, 'redis.conf');
  }

  #lines(): string {
    const { settings = {}, sentinel, authority } = this.#options;
    const durability = { save: '""', appendonly: 'yes', appendfsync: 'always' };
    const where = { port: this.port, bind: '127.0.0.1', dir: this.dir };
    const all = { ...where, ...authority?.settings(this.port), ...(sentinel === undefined && durability), ...settings };
    return [...Object.entries(all).map((entry) => entry.join(' ')), ...(sentinel ?? []), ''].join('\n');
  }

  /** Resolves when it takes connections. What sentinels or CONFIG REWRITE told it before its end holds on. */
  async start(): Promise<void> {
    const { program = serverProgram(), sentinel, under = [] } = this.#options;
    const server = [program, this.#configuration, ...(sentinel === undefined ? [] : ['--sentinel'])];
    const [first, ...args] = [...under, ...server];
    const child = spawn(first!, args, { cwd: this.dir, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#server = child;
    let log = '';
    for await (const chunk of child.stdout) {
      log += String(chunk);
      if (log.includes(sentinel === undefined ? 'Ready to accept connections' : '+monitor')) return;
    }
    throw new Error(`${program} ended:\n${log}`);
  }

  /** While it runs. */
  get pid(): number {
    return this.#server!.pid!;
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
    await rm(this.dir, { recursive: true, force: true });
  }
}
