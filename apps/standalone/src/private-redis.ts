import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { redisStart, type ServicePart, StartupError } from '@blipq/service';
import { PidFile } from './pid-file.js';
import { processStart } from './process-start.js';
import { SupervisedProcess } from './supervised-process.js';

export interface PrivateRedisOptions {
  /** Where it keeps its append-only file. */
  folder: string;
  /** Resolves with the server program's path. */
  program(): Promise<string>;
  say(text: string): void;
}

const stopDeadlineMs = 10_000;
/** Ports tried in a start, where other programs take them first. */
const portsMax = 4;

/**
 * A Redis of our own on a free loopback port, behind a random password. Every write is on disk before it is
 * acknowledged (`appendfsync always`), which a model's pace makes affordable, and nothing is ever evicted.
 */
export class PrivateRedis implements ServicePart {
  readonly #options: PrivateRedisOptions;
  readonly #pidFile: PidFile;
  readonly #password = randomBytes(24).toString('hex');
  readonly #process: SupervisedProcess;
  #program = '';
  #port = 0;
  #lastLine = '';
  #isPortTaken = false;
  /** Fulfilled when the last server that was spawned has ended and all that it printed was read. */
  #printed: Promise<unknown> = Promise.resolve();

  constructor(options: PrivateRedisOptions) {
    this.#options = options;
    this.#pidFile = new PidFile(join(options.folder, 'redis.pid'));
    this.#process = new SupervisedProcess({
      name: 'private Redis',
      spawn: () => this.#spawn(),
      ready: readyToAccept,
      line: (text) => {
        this.#lastLine = text;
        this.#isPortTaken ||= text.includes('Address already in use');
      },
      say: options.say,
      stopDeadlineMs,
    });
  }

  /** Its address, password included; known once it has started. */
  get url(): string {
    return `redis://:${this.#password}@127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    this.#program = await this.#options.program();
    mkdirSync(this.#options.folder, { recursive: true });
    await this.#endLeftover();
    await this.#startAtFreePort(portsMax);
  }

  async #startAtFreePort(triesLeft: number): Promise<void> {
    this.#port = await freePort();
    this.#isPortTaken = false;
    try {
      await this.#process.start();
    } catch (error) {
      await this.#printed;
      if (this.#isPortTaken && triesLeft > 1) return await this.#startAtFreePort(triesLeft - 1);
      throw new StartupError(`${(error as Error).message}: ${this.#lastLine}`);
    }
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    this.#pidFile.remove();
  }

  /** If we were killed, our Redis lived on; two servers must never write the same files. */
  async #endLeftover(): Promise<void> {
    const pid = this.#pidFile.owner();
    if (pid === undefined) return;
    this.#options.say('Stopping the Redis that an earlier, killed start left running.');
    process.kill(pid, 'SIGTERM');
    const killAtMs = performance.now() + stopDeadlineMs;
    while (processStart(pid) !== undefined) {
      if (performance.now() > killAtMs) process.kill(pid, 'SIGKILL');
      await delay(50);
    }
  }

  #spawn(): ChildProcess {
    const file = join(this.#options.folder, 'redis.conf');
    writeFileSync(file, this.#settings(), { mode: 0o600 });
    const child = spawn('sh', ['-c', redisStart, this.#program, file], {
      cwd: this.#options.folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#printed = new Promise((resolve) => child.once('close', resolve));
    if (child.pid !== undefined) this.#pidFile.write(child.pid, { exclusive: false });
    return child;
  }

  #settings(): string {
    return [
      'bind 127.0.0.1',
      `port ${this.#port}`,
      `requirepass ${this.#password}`,
      'appendonly yes',
      'appendfsync always',
      'save ""',
      'maxmemory-policy noeviction',
      'daemonize no',
      '',
    ].join('\n');
  }
}

function readyToAccept(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.stdout === null) return;
    createInterface(child.stdout).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve();
    });
  });
}

/** A port that was free a moment ago; a server that loses the race for it says so and ends. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  const closed = once(probe, 'close');
  probe.close();
  await closed;
  return typeof address === 'object' && address !== null ? address.port : 0;
}
