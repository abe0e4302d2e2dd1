import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Task } from '@blipq/contracts';
import { type App, freePort } from '@blipq/test-servers';
import { childrenOf } from './child-processes.js';
import { writeMatcher } from './matcher-checkpoint.js';
import { Member } from './member.js';
import type { Profile } from './profiles.js';
import { RedisServer } from './redis-server.js';
import { Relay } from './relay.js';
import { SteppedClock } from './stepped-clock.js';
import { allTenants, apiKeysOf } from './tenants.js';

/** Short, so that faults last longer than what they have to outlast. */
const batchDeadlineMs = 4000;
const webhookTimeoutMs = 1000;
/** Together longer than a host is left alone that gateways were cut off from, or frozen before. */
const fetchPausesMs = '500 2000 8000';
/** Pixels that the bundled model sees, a side. */
const imageSize = 128;
/** Longer than it takes until whoever sends requests to a gateway knows that it is unready. */
const shutdownDelayMs = 2000;

export interface SystemOptions {
  profile: Profile;
  /** For logs and built graphs. */
  folder: string;
  receiverPorts: number[];
  /** Ports of the servers that images are fetched from. */
  imagePorts: number[];
  webhookSecret: string;
  /** Whether the clock of Redis is to step. */
  steppedClock: boolean;
  onCollapse: (what: string) => void;
}

/** The whole of BlipQ on this machine: each process as it is deployed, each with a way to Redis of its own. */
export class System {
  readonly gateways: Member[] = [];
  readonly workers: Member[] = [];
  readonly notifiers: Member[] = [];
  readonly redis: RedisServer;
  /** `/internal/scale` of the first gateway. */
  scaleUrl = '';
  readonly #options: SystemOptions;

  private constructor(options: SystemOptions, redis: RedisServer) {
    this.#options = options;
    this.redis = redis;
  }

  static async start(options: SystemOptions): Promise<System> {
    mkdirSync(join(options.folder, 'logs'), { recursive: true });
    const clock = options.steppedClock ? new SteppedClock(options.folder) : undefined;
    const system = new System(options, await RedisServer.start(clock));
    process.once('exit', system.#kill);
    try {
      await system.#startMembers();
    } catch (error) {
      await system.stop();
      throw error;
    }
    return system;
  }

  /** Whether the clock of Redis may step. */
  get steppedClock(): boolean {
    return this.#options.steppedClock;
  }

  /** What each worker's model does. */
  get tasks(): readonly Task[] {
    return this.#options.profile.workers;
  }

  get #checkpoints(): Record<Task, string> {
    const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
    return {
      captioning: path('models/demo'),
      question_answering: path('test/reference/vqa'),
      image_text_retrieval: join(this.#options.folder, 'itm'),
    };
  }

  get members(): Member[] {
    return [...this.gateways, ...this.workers, ...this.notifiers];
  }

  async #startMembers(): Promise<void> {
    const { gateways, workers, notifiers } = this.#options.profile;
    await writeMatcher(this.#checkpoints.image_text_retrieval, imageSize);
    for (let n = 1; n <= workers.length; n += 1) this.workers.push(await this.#member('worker', n));
    for (let n = 1; n <= gateways; n += 1) this.gateways.push(await this.#member('gateway', n));
    for (let n = 1; n <= notifiers; n += 1) this.notifiers.push(await this.#member('notifier', n));
    // The first worker of each model builds the graphs that others find, and gateways find all models.
    const isFirst = (_: Member, n: number) => this.tasks.indexOf(this.tasks[n]!) === n;
    const start = async (members: Member[]) => void (await Promise.all(members.map((member) => member.start())));
    await start(this.workers.filter(isFirst));
    await start(this.workers.filter((worker, n) => !isFirst(worker, n)));
    await start([...this.gateways, ...this.notifiers]);
  }

  async #member(app: App, n: number): Promise<Member> {
    const { folder, onCollapse } = this.#options;
    const [port, inner] = [await freePort(), await freePort()];
    const relay = await Relay.start(this.redis.port);
    if (app === 'gateway' && n === 1) this.scaleUrl = `http://127.0.0.1:${inner}/internal/scale`;
    return new Member({
      ...{ app, relay, onCollapse, name: `${app}-${n}` },
      env: { REDIS_URL: relay.url, BLIPQ_LOG_LEVEL: 'debug', ...this.#settings(app, n, port, inner) },
      probe: `http://127.0.0.1:${port}/readyz`,
      log: join(folder, 'logs', `${app}-${n}.log`),
    });
  }

  #settings(app: App, n: number, port: number, inner: number): Record<string, string> {
    const { folder, receiverPorts, imagePorts, webhookSecret, profile } = this.#options;
    const webhooks = {
      BLIPQ_WEBHOOK_ALLOW: '127.0.0.1',
      BLIPQ_WEBHOOK_HTTP: '1',
      BLIPQ_WEBHOOK_PORTS: receiverPorts.join(' '),
      BLIPQ_WEBHOOK_SECRET: webhookSecret,
    };
    switch (app) {
      case 'gateway':
        return {
          ...webhooks,
          BLIPQ_FETCH_ALLOW: '127.0.9.0/24',
          BLIPQ_FETCH_HTTP: '1',
          BLIPQ_FETCH_PORTS: imagePorts.join(' '),
          BLIPQ_FETCH_RETRIES_MS: fetchPausesMs,
          PORT: String(port),
          BLIPQ_INTERNAL_PORT: String(inner),
          BLIPQ_API_KEYS: apiKeysOf(allTenants(profile.tenants)),
          BLIPQ_THREADS: '1',
          BLIPQ_SHUTDOWN_DELAY_MS: String(shutdownDelayMs),
          BLIPQ_RETRY_WINDOW_S: String(profile.retryWindowS),
        };
      case 'worker':
        return {
          BLIPQ_HEALTH_PORT: String(port),
          BLIPQ_MODEL: this.#checkpoints[this.tasks[n - 1]!],
          BLIPQ_CACHE: join(folder, 'models'),
          BLIPQ_PRECISION: 'fp32',
          BLIPQ_THREADS: '1',
          BLIPQ_BATCH_MAX: '4',
          BLIPQ_BATCH_DEADLINE_MS: String(batchDeadlineMs),
        };
      case 'notifier':
        return {
          ...webhooks,
          BLIPQ_HEALTH_PORT: String(port),
          BLIPQ_WEBHOOK_TIMEOUT_MS: String(webhookTimeoutMs),
          BLIPQ_WEBHOOK_RETRIES_MS: Array.from({ length: 30 }, (_, n) => Math.min(200 * 2 ** n, 2000)).join(' '),
        };
    }
  }

  /** Ids of a worker's engine process: one, or none while it is being replaced. */
  enginesOf(worker: Member): number[] {
    return childrenOf(worker.pid);
  }

  /** Nothing of it is left running. */
  async stop(): Promise<void> {
    process.off('exit', this.#kill);
    this.#killMembers();
    await Promise.all(this.members.map((member) => member.stop()));
    await this.redis.stop();
  }

  readonly #kill = (): void => {
    this.#killMembers();
    this.redis.killNow();
  };

  /** Engine processes too, which outlive their worker when they are frozen. */
  #killMembers(): void {
    const running = this.members.filter((member) => member.isRunning);
    const engines = this.workers.flatMap((worker) => (worker.isRunning ? this.enginesOf(worker) : []));
    for (const member of running) member.kill();
    for (const pid of engines) signal(pid, 'SIGKILL');
  }
}

/** Sends a signal to a process that may have ended meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has.
  }
}
