import { once } from 'node:events';
import type { WebhookTarget } from '@blipq/contracts';
import { Reconciler } from '../attempts/reconciler.js';
import { WorkConsumer } from '../attempts/work-consumer.js';
import type { CaptionWork, CaptionWorkResult } from '../attempts/work-handler.js';
import { WorkQueue } from '../callers/work-queue.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { DeliveryWorker } from '../deliveries/delivery-worker.js';
import { ModelRegistry } from '../observe/model-registry.js';
import { QueueCensus } from '../observe/queue-census.js';
import { QueueHealth } from '../observe/queue-health.js';
import { freshNamespace, latch, made, serves } from './fixtures.js';

export const webhook: WebhookTarget = {
  url: 'https://example.com/hook',
  events: ['caption.succeeded', 'caption.failed', 'caption.canceled'],
  secret: 'default',
};

/** All that the processes of BlipQ do with one Redis, in one process. */
export class WholeQueue {
  readonly namespace = freshNamespace();
  readonly queue: WorkQueue;
  readonly worker: WorkConsumer;
  readonly notifier: DeliveryWorker;
  readonly log: DeliveryLog;
  readonly registry: ModelRegistry;
  readonly census: QueueCensus;
  readonly health: QueueHealth;
  /** Sweeps only when it is asked to. */
  readonly reconciler: Reconciler;
  readonly warnings: string[] = [];
  /** Of the worker. */
  readonly errors: Error[] = [];
  /** Ids of webhooks, as often as they were sent. */
  readonly sent: string[] = [];
  /** Opened when the first caption with the prompt `hold` begins. They are held until they are canceled. */
  readonly held = latch<string>();
  /** Until it is opened, captions with the prompt `wait` do not end. */
  readonly go = latch();

  constructor(redisUrl: string) {
    const address = { redisUrl, namespace: this.namespace };
    this.queue = new WorkQueue(address);
    const quick = { lockDurationMs: 10_000, stalledIntervalMs: 500 };
    const handler = (work: CaptionWork, signal: AbortSignal) => this.#make(work, signal);
    this.worker = new WorkConsumer({
      ...{ ...address, ...quick, serves, concurrency: 4, handler },
      onError: (error) => this.errors.push(error),
    });
    this.notifier = new DeliveryWorker({
      ...{ ...address, ...quick },
      gate: { enter: async () => ({ leave: () => undefined }) },
      send: async ({ id }) => {
        this.sent.push(id);
        const attempt = { at: new Date().toISOString(), duration_ms: 1, status: 200, error: null };
        return { status: 'delivered', attempt, host: 'alive' };
      },
    });
    this.log = new DeliveryLog(address);
    this.registry = new ModelRegistry(address);
    this.census = new QueueCensus(address);
    this.health = new QueueHealth({ ...address, onWarning: (sentence) => this.warnings.push(sentence) });
    this.reconciler = new Reconciler({ ...address, everyMs: 3_600_000 });
  }

  get #parts(): { start(): Promise<void>; stop(): Promise<void> | void }[] {
    const { queue, worker, notifier, log, registry, census, health, reconciler } = this;
    return [queue, worker, notifier, log, registry, census, health, reconciler];
  }

  async start(): Promise<this> {
    await Promise.all(this.#parts.map((part) => part.start()));
    return this;
  }

  async #make({ id, prompt }: CaptionWork, signal: AbortSignal): Promise<CaptionWorkResult> {
    if (prompt === 'wait') await this.go.promise;
    if (prompt !== 'hold') return made(prompt ?? 'a caption');
    this.held.open(id);
    await once(signal, 'abort');
    throw signal.reason;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.stop()));
  }
}
