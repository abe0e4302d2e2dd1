import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceMessage } from '@blipq/service';
import { freePort } from '@blipq/test-servers';
import { newWebhookSecret } from '@blipq/webhooks';

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
}

/** Every process of BlipQ as it is deployed, by itself, on a Redis that writes everything to disk before it answers. */
export class SoakSystem {
  readonly webhookSecret = newWebhookSecret();
  readonly secrets = new Map<string, string>();
  readonly #children = new Map<string, ChildProcess>();
  readonly #ports = new Map<string, number>();
  #folder = '';

  async start({ keys, queueMax, receiverPort, retentionS }: SoakOptions): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'blipq-soak-'));
    await this.#startRedis();
    const env = {
      REDIS_URL: this.redisUrl,
      HOST: '127.0.0.1',
      BLIPQ_LOG_LEVEL: 'warn',
      BLIPQ_WEBHOOK_ALLOW: '127.0.0.1',
      BLIPQ_WEBHOOK_HTTP: '1',
      BLIPQ_WEBHOOK_PORTS: String(receiverPort),
    };
    const entries = keys.map((key) => ({ ...key, sha256: this.#newSecret(key.name) }));
    await Promise.all([
      this.#run('worker', 'apps/worker/dist/main.js', {
        ...env,
        BLIPQ_MODEL: path('models/demo'),
        BLIPQ_CACHE: join(this.#folder, 'models'),
        BLIPQ_THREADS: '1',
        BLIPQ_HEALTH_PORT: await this.#newPort('worker'),
      }),
      this.#run('notifier', 'apps/notifier/dist/main.js', {
        ...env,
        BLIPQ_WEBHOOK_SECRET: this.webhookSecret,
        BLIPQ_WEBHOOK_RETRIES_MS: '200 1000 5000',
        BLIPQ_WEBHOOK_PER_HOST: '16',
        BLIPQ_HEALTH_PORT: await this.#newPort('notifier'),
      }),
      this.#run('gateway', 'apps/gateway/dist/main.js', {
        ...env,
        PORT: await this.#newPort('api'),
        BLIPQ_INTERNAL_PORT: await this.#newPort('gateway'),
        BLIPQ_API_KEYS: JSON.stringify(entries),
        BLIPQ_QUEUE_MAX: String(queueMax),
        BLIPQ_RETENTION_S: String(retentionS),
        BLIPQ_RETRY_WINDOW_S: '60',
      }),
    ]);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#ports.get('api')}`;
  }

  get redisUrl(): string {
    return `redis://127.0.0.1:${this.#ports.get('redis')}`;
  }

  /** Process ids by name; the engine is the worker's child. */
  get pids(): Record<string, number> {
    const pids = Object.fromEntries([...this.#children].map(([name, { pid }]) => [name, pid!]));
    const worker = pids.worker!;
    const engine = readFileSync(`/proc/${worker}/task/${worker}/children`, 'utf8').trim().split(' ')[0];
    return { ...pids, ...(engine && { engine: Number(engine) }) };
  }

  /** The 99th percentile of the event loop's delay since it was last asked, in milliseconds. */
  async loopDelayMs(name: 'gateway' | 'worker' | 'notifier'): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.#ports.get(name)}/metrics`)).text();
    return Number(/^nodejs_eventloop_lag_p99_seconds(?:\{.*\})? (\S+)$/m.exec(text)?.[1]) * 1000;
  }

  /** Ends everything. Says which processes had ended before by themselves. */
  async stop(): Promise<string[]> {
    const died = [...this.#children]
      .filter(([, { exitCode, signalCode }]) => exitCode ?? signalCode)
      .map(([name]) => name);
    for (const name of ['gateway', 'notifier', 'worker', 'redis']) {
      const child = this.#children.get(name);
      if (child === undefined || died.includes(name)) continue;
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
    return died;
  }

  async #startRedis(): Promise<void> {
    const where = ['--port', await this.#newPort('redis'), '--bind', '127.0.0.1', '--dir', this.#folder, '--save', ''];
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'];
    const redis = spawn('redis-server', [...where, ...durable], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#children.set('redis', redis);
    for await (const chunk of redis.stdout!) if (String(chunk).includes('Ready to accept')) break;
    redis.stdout!.resume();
  }

  async #run(name: string, main: string, env: Record<string, string>): Promise<void> {
    const inherited = Object.entries(process.env).filter(([variable]) => !/^BLIPQ_|^REDIS_URL$/.test(variable));
    const child = fork(path(main), [], { env: { ...Object.fromEntries(inherited), ...env }, execArgv: [] });
    this.#children.set(name, child);
    for (;;) {
      const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [ServiceMessage | null];
      if (message?.blipq === 'ready') return;
      if (message?.blipq === 'failed') throw new Error(`${name}: ${message.message}`);
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    }
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
