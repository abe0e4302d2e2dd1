import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Task } from '@blipq/contracts';
import {
  type CaptionHandler,
  type ManifestDraft,
  ModelRegistry,
  type ServedTask,
  WorkConsumer,
  type WorkHandler,
} from '@blipq/queue';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { composeGateway } from '../compose.js';
import { type GatewayConfig, gatewaySettings } from '../config.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The test run's private Redis; see test/private-redis.ts. */
    redisUrl: string;
  }
}

const root = new URL('../../../../', import.meta.url);

/** Path of a file of the repository. */
export function repositoryFile(path: string): string {
  return fileURLToPath(new URL(path, root));
}

/** What the bundled demo model's worker registers. */
export const demoManifest: ManifestDraft = {
  model: 'demo',
  revision: 'test',
  task: 'captioning',
  image_size: 128,
  positions_max: 64,
  precision: 'fp32',
  device: 'cpu',
  generation_config: { max_new_tokens: 20, min_new_tokens: 0 },
  text_config: {},
};

/** For a Redis that is there: it may take as long to answer as a machine is busy. */
const patient = { commandTimeoutMs: 120_000 };

/**
 * A gateway on a free port, with a namespace of its own in a real Redis. A test of what it does while Redis does not
 * answer gives it no patience, `{}`.
 */
export class LiveGateway {
  readonly namespace: string;
  readonly redis: Redis;
  /** Every line logged so far, debug and up. */
  readonly logs: Record<string, unknown>[] = [];
  readonly #redisUrl: string;
  readonly #gateway: ReturnType<typeof composeGateway>;
  readonly #registry: ModelRegistry;
  readonly #workers: { stop(): Promise<void> }[] = [];

  constructor(
    redisUrl: string,
    config: Partial<GatewayConfig> = {},
    patience: { commandTimeoutMs?: number } = patient,
  ) {
    this.namespace = config.BLIPQ_NAMESPACE ?? `test-${randomBytes(6).toString('hex')}`;
    this.#redisUrl = redisUrl;
    this.redis = new Redis(redisUrl, { lazyConnect: true });
    this.redis.on('error', () => undefined);
    this.#registry = new ModelRegistry({ redisUrl, namespace: this.namespace, ...patient });
    this.#gateway = composeGateway(
      {
        ...gatewaySettings.parse({}),
        ...{ PORT: 0, HOST: '127.0.0.1', REDIS_URL: redisUrl, BLIPQ_NAMESPACE: this.namespace },
        ...{ BLIPQ_RETENTION_S: 600, BLIPQ_THREADS: 1, BLIPQ_INTERNAL_PORT: 0 },
        ...config,
      },
      pino({ level: 'debug' }, { write: (line) => void this.logs.push(JSON.parse(line)) }),
      patience,
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return this.#gateway.server.port;
  }

  /** Where autoscaling and Prometheus ask. */
  get internalUrl(): string {
    return `http://127.0.0.1:${this.#gateway.internal.port}`;
  }

  async start(): Promise<this> {
    for (const part of this.#gateway.parts) await part.start();
    return this;
  }

  /** Registers a model, as a worker does when it starts. */
  async registerModel(changes: Partial<ManifestDraft> = {}, tokenizerJson?: string): Promise<void> {
    const tokenizer = tokenizerJson ?? (await readFile(repositoryFile('models/demo/tokenizer.json'), 'utf8'));
    await this.#registry.start();
    await this.#registry.register({ ...demoManifest, ...changes }, tokenizer);
  }

  /** Starts the queue's real consumer in this process. */
  async work(handler: WorkHandler<'captioning'>, model = demoManifest.model): Promise<void> {
    await this.workAs({ task: 'captioning', model }, handler);
  }

  /** The same for a model of any task. */
  async workAs<T extends Task>(serves: ServedTask<T>, handler: WorkHandler<T>): Promise<void> {
    const worker = new WorkConsumer<T>({
      serves: () => serves,
      redisUrl: this.#redisUrl,
      namespace: this.namespace,
      concurrency: 8,
      handler,
    });
    this.#workers.push(worker);
    await worker.start();
  }

  /** Registers models of the other two tasks, which are named after them, and works for both. */
  async answerAndMatch(handler = echoAskedHandler): Promise<void> {
    for (const task of ['question_answering', 'image_text_retrieval'] as const) {
      await this.registerModel({ task, model: task });
      await this.workAs<Task>({ task, model: task }, handler);
    }
  }

  /** Every key of this gateway's namespace, sorted. */
  async keys(): Promise<string[]> {
    return (await this.redis.keys(`${this.namespace}:*`)).sort();
  }

  /** Stops the gateway alone, as SIGTERM does. */
  async stopGateway(): Promise<void> {
    for (const part of this.#gateway.parts.toReversed()) await part.stop();
  }

  async stop(): Promise<void> {
    await this.stopGateway();
    await this.stopAround();
  }

  /** Stops the workers and clients that a test started beside the gateway. */
  async stopAround(): Promise<void> {
    for (const worker of this.#workers) await worker.stop();
    await this.#registry.stop();
    this.redis.disconnect();
  }
}

/** A handler that answers at once with the prompt and a fixed text. */
export const echoHandler: CaptionHandler = async ({ prompt, revision }) => ({
  caption: { text: `${prompt ?? ''} echoed`.trim(), score: -0.5, tokens: [{ id: 7, logprob: -0.5 }] },
  inference: { inference_ms: 2, encode_ms: 1, decode_ms: 1, batch_size: 1, device: 'cpu' },
  revision,
  precision: 'fp32',
});

/** Answers and matches at once with what was asked. */
export const echoAskedHandler: WorkHandler = async (work) => {
  const inference = { encode_ms: 1, decode_ms: 1, batch_size: 1, device: 'cpu' };
  const made = { inference, revision: work.revision, precision: 'fp32' };
  if ('texts' in work) {
    return { ...made, matches: work.texts.map((text) => ({ text, probability: 0.75, similarity: 0.5 })) };
  }
  const asked = 'questions' in work ? work.questions : [];
  const tokens = [{ id: 7, logprob: -0.5 }];
  return { ...made, answers: asked.map((question) => ({ question, text: `${question} yes`, score: -0.5, tokens })) };
};
