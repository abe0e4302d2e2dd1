import {
  type BatchEvent,
  type BatchItem,
  type BatchResource,
  type BatchResult,
  type BatchSummary,
  BlipqError,
  type CaptionResource,
  eventOf,
  isTerminal,
  newIdFor,
  publicTenant,
  taskOfId,
  type WorkEvent,
  type WorkResource,
  type WorkState,
} from '@blipq/contracts';
import type { ScriptTarget } from '../lua/script.js';
import { JobQueues } from '../records/jobs.js';
import { resourceOf } from '../records/record.js';
import type { HashFields } from '../redis/hash-fields.js';
import { type QueueKeys, queueKeys } from '../redis/keys.js';
import { asking, consumerRedis, type OnError, open, producerRedis, type RedisClient } from '../redis/redis-client.js';
import { batchResults, type ResultsOptions, watchBatch } from './batch-results.js';
import { type BatchDraft, Batches, type CreateBatchOutcome, type Sealing, type SubmittedItem } from './batches.js';
import {
  type BatchListOptions,
  type ListOptions,
  listBatches,
  listWork,
  type Page,
  type WorkPage,
} from './list-work.js';
import { ownFields } from './own-fields.js';
import type { RefusedItem } from './scripts/add-items.js';
import { cancelRecord } from './scripts/cancel-record.js';
import { deleteRecord } from './scripts/delete-record.js';
import { readLoad } from './scripts/read-load.js';
import type {
  Admission,
  AdmitOutcome,
  SourceSubmission,
  Submission,
  SubmissionIdentity,
  SubmissionLimits,
  SubmitOutcome,
} from './submission.js';
import { Submissions } from './submissions.js';
import { Waiters, type WaitOptions, type WaitOutcome, type Watched, type WatchOptions } from './waiters.js';
import {
  type CancelOutcome,
  type QueueLoad,
  queueDefaults,
  type RetryOptions,
  type WorkQueueOptions,
} from './work-queue-options.js';

/** The tasks that resources of these types come of. */
type TaskOf<R extends WorkResource> = {
  caption: 'captioning';
  answer: 'question_answering';
  match: 'image_text_retrieval';
}[R['object']];

/**
 * The side of the callers: submit captions, answers and matches, read, list, watch, cancel, repeat and delete them.
 * Where this says caption, answers and matches are meant too; their ids tell them apart. `R` is what the caller deals
 * with: who hands in ids of other kinds gets other resources.
 *
 * Everything that asks Redis rejects with `BlipqError` `queue_unavailable` or `queue_full`, in bounded time. A caption
 * belongs to a tenant (`public` unless given); to others it does not exist.
 */
export class WorkQueue<R extends WorkResource = CaptionResource> {
  readonly #onError: OnError;
  readonly #keys: QueueKeys;
  readonly #redis: RedisClient;
  readonly #target: ScriptTarget;
  readonly #subscriber: RedisClient;
  readonly #waiters: Waiters;
  readonly #submissions: Submissions;
  readonly #batches: Batches;
  #jobs: JobQueues | undefined;

  constructor({ onError = () => undefined, ...options }: WorkQueueOptions) {
    const limits: SubmissionLimits & { commandTimeoutMs: number; pollMs: number } = { ...queueDefaults, ...options };
    this.#onError = onError;
    this.#keys = queueKeys(options);
    this.#redis = producerRedis(options.redisUrl, limits.commandTimeoutMs, onError);
    this.#target = { redis: this.#redis, root: this.#keys.root };
    this.#subscriber = consumerRedis(options.redisUrl, onError);
    this.#waiters = new Waiters(this.#subscriber, this.#keys.states, limits.pollMs);
    this.#submissions = new Submissions(this.#redis, this.#keys, limits, () => this.#jobs!, onError);
    const retentionMs = limits.retentionS * 1000;
    this.#batches = new Batches(this.#redis, this.#keys, {
      retentionMs,
      lifeMs: limits.imageTtlS * 1000 + retentionMs,
      memoryRoom: limits.memoryRoom,
    });
  }

  /** Connects. Resolves whether Redis is there or not: it is reached when it comes. */
  async start(): Promise<void> {
    await open(this.#redis);
    void open(this.#subscriber);
    this.#jobs = new JobQueues(this.#redis, this.#keys, this.#onError);
    this.#waiters.start();
  }

  /**
   * Says, before the image is decoded, whether a submission would be taken. `submit` decides again, for good.
   * @throws what `submit` throws
   */
  async admit(admission: Admission): Promise<AdmitOutcome<R>> {
    return (await this.#submissions.admit(admission)) as AdmitOutcome<R>;
  }

  /**
   * Stores an image and its record and enqueues the job. When it resolves, the caption will end in a terminal state;
   * when it rejects, whatever was written is taken back as soon as Redis answers again.
   * @throws BlipqError `queue_full` and `tenant_queue_full` (with `retryAfterS`), `idempotency_key_reused`,
   *   `idempotency_in_progress`, `result_expired` (the id was used for a caption that is gone)
   */
  async submit(submission: Submission<TaskOf<R>>): Promise<SubmitOutcome<R>> {
    return (await this.#submissions.submit(submission)) as SubmitOutcome<R>;
  }

  /** The caption, or null when the id is unknown. @throws BlipqError `result_expired` when it was and is gone */
  async read(id: string, tenant = publicTenant): Promise<R | null> {
    const fields = await this.#fields(id, tenant);
    return fields === null ? null : (resourceOf(id, fields) as R);
  }

  async #fields(id: string, tenant: string): Promise<HashFields | null> {
    const source = { redis: this.#redis, keys: this.#keys };
    return await ownFields(source, { record: this.#keys.record(id), id, tenant });
  }

  /** Waits until the caption has ended, at most `timeoutMs`. See `Waiters.wait` for what it throws. */
  async wait(id: string, { tenant, ...options }: WaitOptions): Promise<WaitOutcome<R>> {
    return await this.#waiters.wait(this.#watched(id, tenant), options);
  }

  /** Follows a caption to its end. `after` is the version that was seen last. See `Waiters.watch`. */
  async *watch(id: string, { tenant, after = 0, signal }: WatchOptions = {}): AsyncGenerator<WorkEvent<R>> {
    for await (const work of this.#waiters.watch(this.#watched(id, tenant), after, signal)) yield eventOf(work);
  }

  #watched(id: string, tenant?: string): Watched<R> {
    return { id, read: () => this.read(id, tenant), hasEnded: ({ state }) => isTerminal(state) };
  }

  /** A tenant's captions, newest first. @throws BlipqError `invalid_params` for a cursor that is not ours */
  async list(options: ListOptions = {}): Promise<WorkPage<R>> {
    return (await listWork(this.#target, options)) as WorkPage<R>;
  }

  /**
   * Cancels a caption: at once when it is queued; a running one is flagged for good, and ends as canceled whatever its
   * worker makes of it. Canceling again is harmless.
   * @throws BlipqError `not_found`, `result_expired`, `already_terminal`
   */
  async cancel(id: string, tenant = publicTenant): Promise<CancelOutcome<R>> {
    const canceled = await asking(() => cancelRecord(this.#target, id, tenant));
    if (canceled.status === 'not_found') return await this.#missing(id, tenant);
    const { status, fields } = canceled;
    const work = resourceOf(id, fields) as R;
    if (status === 'terminal') throw new BlipqError('already_terminal', `It has already ${work.state}.`);
    return { status, work };
  }

  /**
   * Makes a new caption of one that has ended, from its image, as long as that is kept.
   * @throws BlipqError `not_found`, `result_expired`, `not_terminal`, `input_expired`, and what `submit` throws
   */
  async retry(
    id: string,
    { newId = newIdFor(taskOfId(id)), weight, ...identity }: RetryOptions = {},
  ): Promise<SubmitOutcome<R>> {
    const tenant = identity.tenant ?? publicTenant;
    const record = (await this.#fields(id, tenant)) ?? (await this.#missing(id, tenant));
    if (!isTerminal(record.state as WorkState)) {
      throw new BlipqError('not_terminal', 'It has not ended yet.', { retryAfterS: 1 });
    }
    const again = { id: newId, of: id, record, ...identity };
    return (await this.#submissions.repeat(weight === undefined ? again : { ...again, weight })) as SubmitOutcome<R>;
  }

  /**
   * Deletes a caption in any state, with its image and its idempotency key; its id answers `result_expired` for a week.
   * @throws BlipqError `not_found`, `result_expired`
   */
  async delete(id: string, tenant = publicTenant): Promise<void> {
    const deleted = await asking(() => deleteRecord(this.#target, id, tenant));
    if (!deleted) await this.#missing(id, tenant);
  }

  /** @throws BlipqError `result_expired` for a caption that is gone, `not_found` for any other */
  async #missing(id: string, tenant: string): Promise<never> {
    await this.#fields(id, tenant);
    throw new BlipqError('not_found', 'There is nothing with this id.');
  }

  /**
   * Makes a batch without items: add them, or submit them with its id, then seal it.
   * @throws BlipqError `idempotency_key_reused`
   */
  async createBatch(draft: BatchDraft): Promise<CreateBatchOutcome> {
    return await this.#batches.create(draft);
  }

  /** Adds items whose images are to be fetched, and items that are refused. See `Submissions.addItems`. */
  async addItems(
    batch: string,
    items: (SourceSubmission | RefusedItem)[],
    identity: SubmissionIdentity = {},
  ): Promise<'added' | 'sealed'> {
    await this.#submissions.discarded();
    return await this.#submissions.addItems(batch, items, identity);
  }

  /**
   * Says that all items of a batch are in, and what became of those that it does not know of. It is complete when its
   * captions have ended. The first to seal it is right. @throws `not_found`
   */
  async sealBatch(id: string, items: SubmittedItem[] = [], sealing: Sealing = {}): Promise<BatchResource> {
    await this.#submissions.discarded();
    return await this.#batches.seal(id, items, sealing);
  }

  /**
   * Cancels whatever has not ended of a batch; what runs ends as canceled. The batch takes no more items from then on.
   * @throws BlipqError `not_found`, `result_expired`
   */
  async cancelBatch(id: string, tenant?: string): Promise<BatchResource> {
    return await this.#batches.cancel(id, tenant);
  }

  /** What became of each item when it was submitted, by index. */
  async batchItems(id: string): Promise<BatchItem[]> {
    return await this.#batches.items(id);
  }

  /** Waits until a batch has completed, as `wait` does for a caption. */
  async waitForBatch(id: string, { tenant, ...options }: WaitOptions): Promise<WaitOutcome<BatchResource>> {
    return await this.#waiters.wait(this.#batches.watched(id, tenant), options);
  }

  /** Follows a batch to its end, twice a second at most, as `watch` does a caption. */
  watchBatch(id: string, options: WatchOptions = {}): AsyncGenerator<BatchEvent> {
    return watchBatch(this.#waiters, this.#batches.watched(id, options.tenant), options);
  }

  /**
   * What has ended or was refused of a batch, in that order, until all of it has. `after`: so many were read before.
   * @throws as `watch`
   */
  batchResults(id: string, options: ResultsOptions = {}): AsyncGenerator<BatchResult[]> {
    const source = { redis: this.#redis, keys: this.#keys, waiters: this.#waiters };
    return batchResults(source, this.#batches.watched(id, options.tenant), options);
  }

  /** The batch, or null when the id is unknown. @throws BlipqError `result_expired` when it was and is gone */
  async readBatch(id: string, tenant?: string): Promise<BatchResource | null> {
    return await this.#batches.read(id, tenant);
  }

  /** A tenant's batches, newest first, without their items. @throws as `list` */
  async listBatches(options: BatchListOptions = {}): Promise<Page<BatchSummary>> {
    return await listBatches(this.#target, options);
  }

  /** What there is to do, and how fast it is done. */
  async load(): Promise<QueueLoad> {
    return await asking(() => readLoad(this.#target));
  }

  /** Disconnects; waiters get `shutting_down`. */
  async stop(): Promise<void> {
    this.#waiters.stop();
    await this.#jobs?.close();
    this.#redis.disconnect();
    this.#subscriber.disconnect();
  }
}
