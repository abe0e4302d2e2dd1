import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type App, AppProcess, freePort, OwnRedis } from '@blipq/test-servers';
import { newWebhookSecret } from '@blipq/webhooks';
import { processTree } from './process-tree.js';

const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));

export interface SoakKey {
  name: string;
  weight?: number;
  queue_max?: number;
  rate_limit?: { requests: number; per_s: number };
}

export interface SoakOptions {
  keys: SoakKey[];
  queueMax: number;
  receiverPort: number;
  retentionS: number;
  /** Settings of the gateway's beside these. */
  gatewayEnv?: Record<string, string>;
  /** Settings of the worker's beside these. */
  workerEnv?: Record<string, string>;
  /** Settings of Redis's beside its append-only file. */
  redisSettings?: Record<string, string>;
}

/** Every process of BlipQ as it is deployed, by itself, on a Redis that writes everything to disk before it answers. */
export class SoakSystem {
  readonly webhookSecret = newWebhookSecret();
  readonly secrets = new Map<string, string>();
  readonly #processes = new Map<string, AppProcess>();
  #redis: OwnRedis | undefined;
  readonly #ports = new Map<string, number>();
  #folder = '';

  async start(options: SoakOptions): Promise<void> {
    const { keys, queueMax, receiverPort, retentionS, gatewayEnv = {}, workerEnv = {}, redisSettings = {} } = options;
    this.#folder = await mkdtemp(join(tmpdir(), 'blipq-soak-'));
    this.#redis = await OwnRedis.create({ settings: { 'maxmemory-policy': 'noeviction', ...redisSettings } });
    await this.#redis.start();
    const env = {
      REDIS_URL: this.redisUrl,
      BLIPQ_LOG_LEVEL: 'warn',
      BLIPQ_WEBHOOK_ALLOW: '127.0.0.1',
      BLIPQ_WEBHOOK_HTTP: '1',
      BLIPQ_WEBHOOK_PORTS: String(receiverPort),
    };
    const entries = keys.map((key) => ({ ...key, sha256: this.#newSecret(key.name) }));
    await Promise.all([
      this.#run('worker', {
        ...env,
        BLIPQ_MODEL: path('models/demo'),
        BLIPQ_CACHE: join(this.#folder, 'models'),
        BLIPQ_THREADS: '1',
        BLIPQ_HEALTH_PORT: await this.#newPort('worker'),
        ...workerEnv,
      }),
      this.#run('notifier', {
        ...env,
        BLIPQ_WEBHOOK_SECRET: this.webhookSecret,
        BLIPQ_WEBHOOK_RETRIES_MS: '200 1000 5000',
        BLIPQ_WEBHOOK_PER_HOST: '16',
        BLIPQ_HEALTH_PORT: await this.#newPort('notifier'),
      }),
      this.#run('gateway', {
        ...env,
        PORT: await this.#newPort('api'),
        BLIPQ_INTERNAL_PORT: await this.#newPort('gateway'),
        BLIPQ_API_KEYS: JSON.stringify(entries),
        BLIPQ_QUEUE_MAX: String(queueMax),
        BLIPQ_RETENTION_S: String(retentionS),
        BLIPQ_RETRY_WINDOW_S: '60',
        ...gatewayEnv,
      }),
    ]);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#ports.get('api')}`;
  }

  get redisUrl(): string {
    return this.#redis!.url;
  }

  /** Process ids by name; the engine is the worker's child, the decoders are the gateway's. */
  get pids(): Record<string, number[]> {
    const trees = [...this.#processes].map(([name, { child }]) => [name, processTree(child.pid!)] as const);
    const own = Object.fromEntries(trees.map(([name, [pid]]) => [name, [pid!]]));
    const [engine, decoders] = ['worker', 'gateway'].map((app) => trees.find(([name]) => name === app)![1].slice(1));
    return { ...own, redis: [this.#redis!.pid], engine: engine!, decoders: decoders! };
  }

  /** The event loop's delay since it was last asked, by default its 99th percentile, in milliseconds. */
  async loopDelayMs(name: 'gateway' | 'worker' | 'notifier', figure: 'p99' | 'max' = 'p99'): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.#ports.get(name)}/metrics`)).text();
    const line = new RegExp(`^nodejs_eventloop_lag_${figure}_seconds(?:\\{.*\\})? (\\S+)$`, 'm');
    return Number(line.exec(text)?.[1]) * 1000;
  }

  /** Ends everything. Says which processes had ended before by themselves. */
  async stop(): Promise<string[]> {
    const died = [...this.#processes]
      .filter(([, { child }]) => child.exitCode ?? child.signalCode)
      .map(([name]) => name);
    for (const name of ['gateway', 'notifier', 'worker']) await this.#processes.get(name)?.kill();
    await this.#redis?.remove();
    await rm(this.#folder, { recursive: true, force: true });
    return died;
  }

  async #run(app: App, env: Record<string, string>): Promise<void> {
    const started = new AppProcess(app, env);
    this.#processes.set(app, started);
    await started.ready();
  }

  #newSecret(name: string): string {
    const secret = randomBytes(24).toString('base64url');
    this.secrets.set(name, secret);
    return createHash('sha256').update(secret).digest('hex');
  }

  async #newPort(name: string): Promise<string> {
    const port = await freePort();
    this.#ports.set(name, port);
    return String(port);
  }
}
