import { hostname } from 'node:os';
import { type DeliveryAttempt, type DeliveryFailure, publicTenant } from '@blipq/contracts';
import { DelayedError, WaitingError } from 'bullmq';
import { bullmq } from '../lua/bullmq.js';
import type { ScriptTarget } from '../lua/script.js';
import { SerialWorker } from '../lua/serial-worker.js';
import { workerPatience } from '../records/jobs.js';
import type { HashFields } from '../redis/hash-fields.js';
import { consumerRedis, type OnError, open, type QueueAddress, type RedisClient } from '../redis/redis-client.js';
import { answerMs, settlesWithin } from '../redis/settles-within.js';
import { type DeliveryBullJob, type DeliveryJob, type DeliveryJobs, openDeliveryJobs } from './delivery-jobs.js';
import { type DeliveryKeys, deliveryKeys } from './delivery-keys.js';
import { bodyOf, traceOf } from './delivery-record.js';
import { OutboxRelay } from './outbox-relay.js';
import { beginDelivery } from './scripts/begin-delivery.js';
import { bringForward } from './scripts/bring-forward.js';
import { noteDue } from './scripts/note-due.js';
import { settleDelivery } from './scripts/settle-delivery.js';

/** One attempt to make. */
export interface DeliveryWork {
  /** The `webhook-id`. */
  id: string;
  event: string;
  tenant: string;
  url: string;
  /** Name of the secret that signs; `secretOwn` for the tenant's own. */
  secret: string;
  body: Buffer;
  /** Now, on Redis's clock: receivers refuse what is signed with a time that is far from theirs. */
  at: Date;
  /** 1 for the first since the event, or since it was asked for again. */
  attempt: number;
  /** The `traceparent` to continue. */
  trace: string | undefined;
}

type HostState = 'alive' | 'failing' | 'unknown';

/** What came of an attempt. */
export type DeliveryVerdict = { attempt: DeliveryAttempt; host: HostState } & (
  | { status: 'delivered' }
  | { status: 'retry'; pauseMs: number }
  | { status: 'failed'; reason: DeliveryFailure }
);

/** Gives a tenant a turn at the host of a URL, or says how long to stay away unless called back. */
export interface DeliveryGate {
  enter(
    url: string,
    id: string,
    tenant: string,
  ): Promise<{ leave(host: HostState): void } | { waitMs: number; callBack(call: () => void): void }>;
}

export interface DeliveryWorkerOptions extends QueueAddress {
  /** Asked before each attempt. */
  gate: DeliveryGate;
  /** Makes an attempt. */
  send: (work: DeliveryWork, signal: AbortSignal) => Promise<DeliveryVerdict>;
  /** Deliveries in hand at once. Default 512. */
  concurrency?: number;
  /** How long an endpoint may fail without a single success before it is disabled, in milliseconds. Default 5 days. */
  failingMaxMs?: number;
  /** How long a silent notifier keeps its jobs, in milliseconds. Default 10 000. */
  lockDurationMs?: number;
  /** How often stalled jobs are looked for, in milliseconds. Default 5000. */
  stalledIntervalMs?: number;
  /** How long `stop` lets attempts under way end, in milliseconds; then they are cut short. Default 16 000. */
  drainMs?: number;
  /** Told what each attempt led to. */
  onAttempt?: (work: DeliveryWork, verdict: DeliveryVerdict) => void;
  onError?: OnError;
}

/** How often deliveries that are due are looked for, in milliseconds. */
const dueEveryMs = 1000;

/**
 * Sends webhooks from the outbox until they are delivered or given up. What became of an attempt is written down before
 * BullMQ hears of it, so that a crash in between repeats neither it nor the pause that follows it.
 */
export class DeliveryWorker {
  readonly #options: DeliveryWorkerOptions;
  readonly #onError: OnError;
  readonly #keys: DeliveryKeys;
  readonly #redis: RedisClient;
  readonly #target: ScriptTarget;
  readonly #reader: RedisClient;
  readonly #cut = new AbortController();
  #jobs: DeliveryJobs | undefined;
  #looking: NodeJS.Timeout | undefined;
  #isLooking = false;
  #relay: OutboxRelay | undefined;
  #worker: SerialWorker<DeliveryJob, 'deliver'> | undefined;

  constructor(options: DeliveryWorkerOptions) {
    this.#options = options;
    this.#onError = options.onError ?? (() => undefined);
    this.#keys = deliveryKeys(options);
    this.#redis = consumerRedis(options.redisUrl, this.#onError);
    this.#target = { redis: this.#redis, root: this.#keys.root };
    this.#reader = consumerRedis(options.redisUrl, this.#onError);
  }

  /** Connects and sends from then on. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await Promise.all([open(this.#redis), open(this.#reader)]);
    const { concurrency = 512, lockDurationMs = 10_000, stalledIntervalMs = 5000 } = this.#options;
    bullmq.connection(this.#redis, lockDurationMs);
    this.#jobs = openDeliveryJobs(this.#redis, this.#keys, this.#onError);
    this.#relay = new OutboxRelay(this.#reader, this.#redis, this.#jobs, this.#keys, this.#onError);
    this.#relay.start();
    this.#worker = new SerialWorker(this.#keys.bullName, (job, token) => this.#process(job, token!), {
      connection: bullmq.connection(this.#redis),
      prefix: this.#keys.bullPrefix,
      name: hostname(),
      concurrency,
      lockDuration: lockDurationMs,
      stalledInterval: stalledIntervalMs,
      // However often a notifier dies with a delivery in hand, the next one takes it.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      ...workerPatience,
    });
    this.#worker.on('error', this.#onError);
    this.#looking = setInterval(() => void this.#bringForward(), dueEveryMs);
  }

  async #bringForward(): Promise<void> {
    if (this.#isLooking || this.#redis.status !== 'ready') return;
    this.#isLooking = true;
    await bringForward(this.#target).catch(this.#onError);
    this.#isLooking = false;
  }

  async #process(job: DeliveryBullJob, token: string): Promise<void> {
    if (this.#cut.signal.aborted) return await giveBack(job, token);
    const turn = await this.#options.gate.enter(job.data.url, job.id!, job.data.tenant ?? publicTenant);
    if ('waitMs' in turn) {
      await this.#putOff(job, token, turn.waitMs);
      // Fails when it has come back by itself meanwhile, which is as well.
      turn.callBack(() => void job.promote().catch(() => undefined));
      throw new DelayedError();
    }
    let host: HostState = 'unknown';
    let sent: { work: DeliveryWork; verdict: DeliveryVerdict };
    try {
      const begun = await beginDelivery(this.#target, job.data.id, job.data.round);
      if (begun.status === 'early') return await this.#later(job, token, begun.dueInMs);
      if (begun.status !== 'begun') return;
      const work = workOf(begun.fields, begun.nowMs);
      sent = { work, verdict: await this.#options.send(work, this.#cut.signal) };
      host = sent.verdict.host;
    } catch (error) {
      if (this.#cut.signal.aborted && error === this.#cut.signal.reason) return await giveBack(job, token);
      throw error;
    } finally {
      turn.leave(host);
    }
    const { work, verdict } = sent;
    const state = await this.#settle(job.data, verdict);
    this.#options.onAttempt?.(work, verdict);
    if (state === 'pending' && verdict.status === 'retry') await this.#later(job, token, verdict.pauseMs);
  }

  async #settle({ id, round }: DeliveryJob, verdict: DeliveryVerdict): Promise<string> {
    const { failingMaxMs = 5 * 86_400_000 } = this.#options;
    return await settleDelivery(this.#target, {
      ...{ id, round, attempt: JSON.stringify(verdict.attempt), status: verdict.status },
      ...(verdict.status === 'retry' && { pause_ms: verdict.pauseMs }),
      ...(verdict.status === 'failed' && { reason: verdict.reason }),
      failing_max_ms: failingMaxMs,
    });
  }

  /** Not now. Costs no attempt. */
  async #later(job: DeliveryBullJob, token: string, ms: number): Promise<never> {
    await this.#putOff(job, token, ms);
    throw new DelayedError();
  }

  async #putOff(job: DeliveryBullJob, token: string, ms: number): Promise<void> {
    await noteDue(this.#target, job.id!, ms);
    await job.moveToDelayed(Date.now() + ms, token);
  }

  /**
   * Takes no more and lets attempts under way end for `drainMs`. Whether Redis is there or not it takes little longer
   * than that: what could not be given back is sent by another notifier when its lock has expired.
   */
  async stop(): Promise<void> {
    const { drainMs = 16_000 } = this.#options;
    clearInterval(this.#looking);
    await this.#relay?.stop();
    const drained = setTimeout(() => this.#cut.abort(new Error('the notifier is stopping')), drainMs);
    await settlesWithin(drainMs + answerMs, this.#worker?.close(this.#redis.status !== 'ready'));
    clearTimeout(drained);
    await this.#jobs?.close();
    this.#redis.disconnect();
    this.#reader.disconnect();
  }
}

function workOf(fields: HashFields, nowMs: number): DeliveryWork {
  const { id, event, tenant, url, secret } = fields as Record<'id' | 'event' | 'tenant' | 'url' | 'secret', string>;
  return {
    ...{ id, event, tenant, url, secret },
    ...{ body: bodyOf(fields), attempt: Number(fields.tries) + 1, trace: traceOf(fields) },
    at: new Date(nowMs),
  };
}

async function giveBack(job: DeliveryBullJob, token: string): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}
