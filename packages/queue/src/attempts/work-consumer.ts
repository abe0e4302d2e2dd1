import { once } from 'node:events';
import { hostname } from 'node:os';
import {
  BlipqError,
  failedWith,
  type Task,
  type WorkJob,
  type WorkOutcome,
  workInputs,
  workOutcome,
} from '@blipq/contracts';
import { inSpan } from '@blipq/service';
import { Job, UnrecoverableError, WaitingError } from 'bullmq';
import { bullmq } from '../lua/bullmq.js';
import { SerialWorker } from '../lua/serial-worker.js';
import { jobAttributes, stallsMax, workerPatience } from '../records/jobs.js';
import { waitMs } from '../records/record.js';
import type { HashFields } from '../redis/hash-fields.js';
import { jobsOf, type QueueKeys, queueKeys } from '../redis/keys.js';
import { consumerRedis, type OnError, open, type QueueAddress, type RedisClient } from '../redis/redis-client.js';
import { answerMs, settlesWithin } from '../redis/settles-within.js';
import { subscribe } from '../redis/subscribe.js';
import { LockWatch } from './lock-watch.js';
import { askedOf, wholeOf } from './match-stage.js';
import { PastAttempts } from './past-attempts.js';
import { Reconciler } from './reconciler.js';
import { Records } from './records.js';
import type { FencedWrite, MadeBy } from './scripts/finish-record.js';
import type { ServedTask, Work, WorkHandler } from './work-handler.js';

export interface WorkConsumerOptions<T extends Task = 'captioning'> extends QueueAddress {
  /** Whose jobs are taken: those of one model. Asked at the start. */
  serves: () => ServedTask<T>;
  handler: WorkHandler<T>;
  /** Captions in hand at once. A function is asked at the start and after each attempt. */
  concurrency: number | (() => number);
  /** How long a silent worker keeps its jobs, in milliseconds. Default 8000; see `defaultLockDurationMs`. */
  lockDurationMs?: number;
  /** How often stalled jobs are looked for, in milliseconds. Default 1000. */
  stalledIntervalMs?: number;
  /** How long `stop` lets captions in hand finish, in milliseconds; then they are given back. Default 25 000. */
  drainMs?: number;
  /**
   * Told how each attempt ended and what was written of it: nothing, unless `written` is `written` or `canceled`.
   * `again`: a failed attempt is repeated.
   */
  onAttempt?: (id: string, outcome: WorkOutcome, written: FencedWrite, again: boolean) => void;
  /** Told about connection failures and about errors of the handler that are no `BlipqError`. */
  onError?: OnError;
}

/**
 * A worker that dies leaves locks that run out after this time; the next look for stalled jobs finds them. Workers keep
 * each other from looking more often than once per interval, so two intervals may pass between looks: the jobs are in
 * other hands within 8 + 2 × 1 s. Locks are renewed every 1 to 2 s, so that a Redis or an event loop that stands still
 * for 6 s costs no job; the model computes in another process.
 */
const defaultLockDurationMs = 8000;
const defaultStalledIntervalMs = 1000;
/** Without a confirmation for this part of the lock's duration, the worker no longer counts on having the lock. */
const silentShare = 0.7;

/** Why a job was aborted. */
const canceledByOwner = 'it was canceled by its owner';
const notConfirmed = 'Redis does not confirm the lock';

type BullJob = Job<WorkJob, void, 'caption'>;
type BullWorker = SerialWorker<WorkJob, 'caption'>;

/**
 * Takes jobs and writes outcomes. Everything it writes is fenced by the job's lock, so a worker that lost its job (a
 * pause, a partition) can neither overwrite a result nor write a second one. Cut off from Redis, it gives up what it has
 * in hand before its locks run out, and goes on by itself when Redis is back. Runs a reconciler beside.
 */
export class WorkConsumer<T extends Task = 'captioning'> {
  readonly #options: WorkConsumerOptions<T>;
  readonly #onError: OnError;
  readonly #keys: QueueKeys;
  readonly #redis: RedisClient;
  readonly #subscriber: RedisClient;
  readonly #records: Records;
  readonly #reconciler: Reconciler;
  readonly #locks: LockWatch;
  readonly #past = new PastAttempts();
  #worker: BullWorker | undefined;
  #task: T | undefined;
  #givingBack = false;
  #stopping = false;

  constructor(options: WorkConsumerOptions<T>) {
    this.#options = options;
    this.#onError = options.onError ?? (() => undefined);
    this.#keys = queueKeys(options);
    this.#redis = consumerRedis(options.redisUrl, this.#onError);
    this.#subscriber = consumerRedis(options.redisUrl, this.#onError);
    this.#records = new Records(this.#redis, this.#keys);
    this.#reconciler = new Reconciler(options);
    this.#locks = new LockWatch(silentShare * (options.lockDurationMs ?? defaultLockDurationMs), (id) =>
      this.#worker?.cancelJob(id, notConfirmed),
    );
  }

  /** Connects and takes jobs from then on. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await Promise.all([open(this.#redis), open(this.#subscriber)]);
    await this.#hearCancels();
    await this.#reconciler.start();
    const { task, model } = this.#options.serves();
    this.#task = task;
    const { concurrency, lockDurationMs = defaultLockDurationMs } = this.#options;
    const inHandMax = typeof concurrency === 'number' ? () => concurrency : concurrency;
    // BullMQ passes a signal only to processors that declare three parameters.
    const processor = (job: BullJob, token?: string, signal?: AbortSignal) => {
      this.#locks.hold(job.id!);
      return this.#process(job, token!, signal!).finally(() => {
        this.#locks.release(job.id!);
        worker.concurrency = inHandMax();
      });
    };
    const worker: BullWorker = new SerialWorker(jobsOf(task, model), processor, {
      connection: bullmq.connection(this.#redis, lockDurationMs),
      prefix: this.#keys.bullPrefix,
      name: hostname(),
      concurrency: inHandMax(),
      lockDuration: lockDurationMs,
      // Looked at each half of that, and renewed once half of it has passed: every second, or every other.
      lockRenewTime: lockDurationMs / 4,
      stalledInterval: this.#options.stalledIntervalMs ?? defaultStalledIntervalMs,
      maxStalledCount: stallsMax,
      ...workerPatience,
    });
    worker.on('error', this.#onError);
    worker.on('locksRenewed', ({ jobIds }) => this.#locks.confirm(jobIds));
    worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) worker.cancelJob(id, 'the lock was lost');
    });
    // Failures that BullMQ decides by itself (stalled twice) reach no processor.
    worker.on('failed', (job) => {
      if (job?.finishedOn !== undefined) this.#reconciler.settle(job.id!).catch(this.#onError);
    });
    this.#worker = worker;
    this.#locks.start();
    // A cluster says so when it has another node.
    for (const event of ['ready', '+node', '-node']) {
      this.#redis.on(event, () => void this.#claimUndone().catch(this.#onError));
    }
  }

  /**
   * Redis was away, and may have lost how attempts of ours ended: those that it takes for in hand are given back, so that
   * they count as no stall. A worker that lives was not killed by them.
   */
  async #claimUndone(): Promise<void> {
    if (this.#stopping) return;
    for (const { id, token } of await this.#past.undone(this.#records)) {
      if ((await this.#records.requeue(id, token)) !== 'written') continue;
      const job = await Job.fromId<WorkJob, void, 'caption'>(this.#worker!, id);
      await job?.moveToWait(token);
    }
  }

  /**
   * A cancel is a flag on the record first, which decides how the caption ends. This only saves work: messages can be
   * lost.
   */
  async #hearCancels(): Promise<void> {
    this.#subscriber.on('message', (_channel: string, id: string) => this.#worker?.cancelJob(id, canceledByOwner));
    await subscribe(this.#subscriber, this.#keys.cancels);
  }

  async #process(job: BullJob, token: string, signal: AbortSignal): Promise<void> {
    const { id } = job.data;
    // BullMQ may take one more job, even the one just given back, while it closes.
    if (this.#givingBack) return await this.#giveBack(job, token);
    const record = await this.#records.begin(id, token, job.queueName);
    // Nothing to do: taken back by its submitter, ended already, or at the matcher by now. Returning completes the job,
    // which removes it.
    if (record === 'gone' || record === 'terminal' || record === 'passed_on') return;
    if (record === 'stale') throw new LostRace('the lock was lost before work began');
    const attributes = {
      ...jobAttributes(id, job.queueName, askedOf(record).model, 'process'),
      'blipq.attempt': Number(record.attempt),
    };
    const span = { kind: 'consumer', parent: record.trace, attributes } as const;
    this.#past.begin({ id, token });
    await inSpan(`process ${job.queueName}`, span, () => this.#attempt(job, record, token, signal)).finally(() =>
      this.#past.end({ id, token }),
    );
  }

  async #attempt(job: BullJob, record: HashFields, token: string, signal: AbortSignal): Promise<void> {
    const { id } = job.data;
    try {
      const { outcome, ...by } = await this.#make(id, record, signal);
      await this.#finish(id, token, outcome, by);
    } catch (error) {
      if (error instanceof LostRace) throw error;
      if (signal.reason === canceledByOwner) return await this.#finish(id, token, { state: 'canceled' });
      if (signal.aborted) return await this.#giveBack(job, token);
      await this.#fail(job, token, error);
    }
  }

  async #make(id: string, record: HashFields, signal: AbortSignal) {
    const pixels = await this.#records.pixels(record);
    if (pixels === null) {
      throw new BlipqError('input_expired', 'The image expired before a worker took it. Submit it again.');
    }
    const { model, revision: asked, ...input } = askedOf(record);
    const work: Work<T> = {
      ...{ id, attempt: Number(record.attempt), model, revision: asked },
      ...{ image: JSON.parse(record.image!), pixels, waitMs: waitMs(record), inBatch: record.batch !== undefined },
      ...workInputs[this.#task!].parse(input),
    };
    // The handler is not waited for when it takes its time to notice.
    signal.throwIfAborted();
    const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason));
    const began = performance.now();
    const { inference, revision, precision, ...result } = await Promise.race([
      this.#options.handler(work, signal),
      aborted,
    ]);
    const timings = { inference_ms: performance.now() - began, ...inference };
    const whole = wholeOf(record, { result, inference: timings, revision, precision });
    const outcome = workOutcome.parse({ state: 'succeeded', ...whole.result, inference: whole.inference });
    return { outcome, revision: whole.revision, precision: whole.precision };
  }

  async #finish(id: string, token: string, outcome: WorkOutcome, by?: MadeBy): Promise<void> {
    const written = await this.#records.finish(id, token, outcome, by);
    this.#options.onAttempt?.(id, outcome, written, false);
    if (written === 'stale') throw new LostRace('the lock was lost before the outcome was written');
    // Adds the job for the matcher; another sweep does so where this one fails.
    if (written === 'passed_on') await this.#reconciler.settle(id).catch(this.#onError);
  }

  /** Has the caption attempted again, or ends it as failed. Always throws what BullMQ should know. */
  async #fail(job: BullJob, token: string, error: unknown): Promise<never> {
    const { id } = job.data;
    const problem = error instanceof BlipqError ? error : new BlipqError('internal_error', 'The worker failed.');
    if (problem !== error) this.#onError(error instanceof Error ? error : new Error(String(error)));
    const last = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    if (last || !problem.retryable) {
      await this.#finish(id, token, failedWith(problem));
      throw Object.assign(new UnrecoverableError(problem.code), { code: problem.code });
    }
    const written = await this.#records.requeue(id, token);
    this.#options.onAttempt?.(id, failedWith(problem), written, true);
    throw error;
  }

  /**
   * Hands the job to another worker without spending an attempt. Waits for Redis. A lock that ran out meanwhile is taken
   * anew, unless another worker was quicker.
   */
  async #giveBack(job: BullJob, token: string): Promise<void> {
    const written = await this.#records.requeue(job.data.id, token);
    if (written === 'gone' || written === 'terminal') return;
    if (written === 'stale') throw new LostRace('the lock was lost before the job was given back');
    await job.moveToWait(token);
    throw new WaitingError();
  }

  /**
   * Takes no more jobs, lets those in hand finish for `drainMs`, then gives the rest back. Whether Redis is there or not
   * it takes little longer than that: what could not be given back is run elsewhere when its lock has expired.
   */
  async stop(): Promise<void> {
    const { drainMs = 25_000 } = this.#options;
    this.#stopping = true;
    const drained = setTimeout(() => {
      this.#givingBack = true;
      this.#worker?.cancelAllJobs('the worker is stopping');
    }, drainMs);
    const abandon = this.#redis.status !== 'ready';
    await settlesWithin(drainMs + answerMs, this.#worker?.close(abandon));
    clearTimeout(drained);
    this.#locks.stop();
    await this.#reconciler.stop();
    this.#subscriber.disconnect();
    this.#redis.disconnect();
  }
}

/** Another worker has the job: there is nothing left to write. */
class LostRace extends Error {
  override readonly name = 'LostRace';
}
