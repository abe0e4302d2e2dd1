import type { DeliveryAttempt, DeliveryResource, WebhookTarget } from '@blipq/contracts';
import { Redis } from 'ioredis';
import { expect, onTestFinished, vi } from 'vitest';
import { WorkConsumer } from '../attempts/work-consumer.js';
import { WorkQueue } from '../callers/work-queue.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import {
  type DeliveryVerdict,
  type DeliveryWork,
  DeliveryWorker,
  type DeliveryWorkerOptions,
} from '../deliveries/delivery-worker.js';
import { freshNamespace, made, patient, serves, submission } from './fixtures.js';

const events = ['caption.succeeded', 'caption.failed', 'caption.canceled', 'caption.expired'] as const;
export const everyEvent: WebhookTarget = { url: 'https://example.com/hook', events: [...events], secret: 'default' };
export const attempt: DeliveryAttempt = { at: '2026-01-01T00:00:00Z', duration_ms: 1, status: 200, error: null };
export const delivered: DeliveryVerdict = { status: 'delivered', attempt, host: 'alive' };
export const failed = (pauseMs: number): DeliveryVerdict => ({
  status: 'retry',
  pauseMs,
  attempt: { ...attempt, status: 500, error: 'The receiver answered 500.' },
  host: 'failing',
});
const freely = { enter: async () => ({ leave: () => undefined }) };

/** A queue whose captions have webhooks, in a namespace of its own, and what a test does around it. */
export class LiveDeliveries {
  readonly redisUrl: string;
  readonly namespace = freshNamespace();
  readonly redis: Redis;
  readonly queue: WorkQueue;
  readonly log: DeliveryLog;

  constructor(redisUrl: string) {
    this.redisUrl = redisUrl;
    this.redis = new Redis(redisUrl);
    this.queue = new WorkQueue({ redisUrl, namespace: this.namespace, ...patient });
    this.log = new DeliveryLog({ redisUrl, namespace: this.namespace, ...patient });
  }

  async start(): Promise<this> {
    await Promise.all([this.queue.start(), this.log.start()]);
    return this;
  }

  async stop(): Promise<void> {
    await this.queue.stop();
    await this.log.stop();
    this.redis.disconnect();
  }

  /** Sends with `send`; collects what it was given. */
  async notifier(send: (work: DeliveryWork) => DeliveryVerdict | Promise<DeliveryVerdict>, more = {}) {
    const works: DeliveryWork[] = [];
    const options: DeliveryWorkerOptions = {
      ...{ redisUrl: this.redisUrl, namespace: this.namespace, gate: freely },
      send: async (work) => {
        works.push(work);
        return await send(work);
      },
      stalledIntervalMs: 200,
      lockDurationMs: 1000,
      ...more,
    };
    const worker = new DeliveryWorker(options);
    await worker.start();
    onTestFinished(() => worker.stop());
    return { works, worker };
  }

  async captioner(): Promise<void> {
    const address = { redisUrl: this.redisUrl, namespace: this.namespace };
    const worker = new WorkConsumer({ serves, ...address, concurrency: 4, handler: async () => made('a cat') });
    await worker.start();
    onTestFinished(() => worker.stop());
  }

  /** A caption that has ended with a webhook to send; the id of its delivery. */
  async canceled(changes: Parameters<typeof submission>[0] = {}): Promise<string> {
    const { work } = await this.queue.submit(submission({ webhook: everyEvent, ...changes }));
    await this.queue.cancel(work.id, changes.tenant);
    return `msg_${work.id}_canceled`;
  }

  async settled(id: string, state: string, tenant = 'public'): Promise<DeliveryResource> {
    return await vi.waitFor(async () => {
      const delivery = await this.log.read(id, tenant);
      expect(delivery?.state).toBe(state);
      return delivery!;
    });
  }
}
