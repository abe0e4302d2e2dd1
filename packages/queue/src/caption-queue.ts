import { randomBytes } from 'node:crypto';
import {
  BlipqError,
  type CaptionId,
  type CaptionParams,
  type CaptionResource,
  type ImageFacts,
} from '@blipq/contracts';
import type { Redis } from 'ioredis';
import { addJob, type Jobs, openJobs, priorityDefault } from './jobs.js';
import { type QueueKeys, queueKeys } from './keys.js';
import { fieldsOf, resourceOf, startFields } from './record.js';
import { asking, consumerRedis, type OnError, open, producerRedis, type QueueAddress } from './redis.js';
import { createRecord, discardRecord } from './scripts.js';
import { Waiters, type WaitOptions, type WaitOutcome } from './waiters.js';

export interface CaptionQueueOptions extends QueueAddress {
  /** How long a caption is kept after its end, in seconds. Default 24 h. */
  retentionS?: number;
  /** How long an image waits for a worker, in seconds. Default 24 h. */
  imageTtlS?: number;
  /** How long Redis may take to answer one command, in milliseconds. Default 1500. */
  commandTimeoutMs?: number;
  /** After how many milliseconds a waiter looks for itself. Default 2000. */
  pollMs?: number;
  /** Told about every connection failure; the queue recovers by itself. */
  onError?: OnError;
}

export interface CaptionSubmission {
  id: CaptionId;
  model: string;
  revision: string;
  prompt: string | null;
  params: CaptionParams;
  image: ImageFacts;
  /** u8 [S, S, 3]. */
  pixels: Uint8Array;
  /** 1 (first) to 2 097 152. Default 100. */
  priority?: number;
}

/** `duplicate`: the id was taken; `caption` is the first submission's, and nothing was enqueued. */
export type SubmitOutcome = { status: 'queued' | 'duplicate'; caption: CaptionResource };

/** Until a job should be in the queue, in milliseconds; then the reconciler looks whether it is. */
const enqueueGraceMs = 10_000;

/**
 * The producing and reading side: submit captions, read them, wait for them.
 * Everything that asks Redis rejects with `BlipqError` `queue_unavailable` or `queue_full`, in bounded time.
 */
export class CaptionQueue {
  readonly #options: Required<Omit<CaptionQueueOptions, 'namespace' | 'queue'>>;
  readonly #keys: QueueKeys;
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #waiters: Waiters;
  #jobs: Jobs | undefined;

  constructor(options: CaptionQueueOptions) {
    const defaults = { retentionS: 86_400, imageTtlS: 86_400, commandTimeoutMs: 1500, pollMs: 2000 };
    this.#options = { ...defaults, onError: () => undefined, ...options };
    this.#keys = queueKeys(options);
    this.#redis = producerRedis(options.redisUrl, this.#options.commandTimeoutMs, this.#options.onError);
    this.#subscriber = consumerRedis(options.redisUrl, this.#options.onError);
    this.#waiters = new Waiters(this.#subscriber, this.#keys.states, this.#options.pollMs);
  }

  /** Connects. Resolves whether Redis is there or not: it is reached when it comes. */
  async start(): Promise<void> {
    await open(this.#redis);
    void open(this.#subscriber);
    this.#jobs = openJobs(this.#redis, this.#keys, this.#options.onError);
    this.#waiters.start();
  }

  /**
   * Stores an image and its record and enqueues the job, in the order that a crash at any point loses nothing
   * acknowledged: pixels (with a TTL), record, job. When it resolves, the caption will end in a terminal state; when it
   * rejects, whatever was written is taken back as soon as Redis answers again.
   */
  async submit(submission: CaptionSubmission): Promise<SubmitOutcome> {
    const { id, priority = priorityDefault } = submission;
    // Named per submission, so that taking one back cannot take the image of another with the same id.
    const pixels = `${id}.${randomBytes(6).toString('base64url')}`;
    const fields = startFields({ ...submission, pixels, priority });
    // The record outlives its image, so that a worker can still say that the image expired.
    const ttlMs = (this.#options.imageTtlS + this.#options.retentionS) * 1000;
    const createdMs = await asking(async () => {
      try {
        await this.#storePixels(pixels, submission.pixels);
        const created = await createRecord(
          this.#redis,
          [this.#keys.record(id), this.#keys.open],
          [id, ttlMs, enqueueGraceMs, ...fields],
        );
        if (created !== 0) await addJob(this.#jobs!, id, priority);
        return Number(created);
      } catch (error) {
        this.#discard(id, pixels);
        throw error;
      }
    });
    if (createdMs === 0) return await this.#duplicate(id, pixels);
    const expiresMs = createdMs + ttlMs;
    const start = { state: 'queued', attempt: '0', created_ms: `${createdMs}`, expires_ms: `${expiresMs}` };
    return { status: 'queued', caption: resourceOf(id, { ...fieldsOf(fields), ...start }) };
  }

  async #storePixels(name: string, { buffer, byteOffset, byteLength }: Uint8Array): Promise<void> {
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    await this.#redis.set(this.#keys.pixels(name), bytes, 'EX', this.#options.imageTtlS);
  }

  async #duplicate(id: CaptionId, pixels: string): Promise<SubmitOutcome> {
    await asking(() => this.#redis.unlink(this.#keys.pixels(pixels)));
    const caption = await this.read(id);
    if (caption !== null) return { status: 'duplicate', caption };
    throw new BlipqError('queue_unavailable', 'The caption with this id expired just now. Try again.');
  }

  /** Goes through the same connection as what it takes back, so Redis carries it out after that, however late. */
  #discard(id: CaptionId, pixels: string): void {
    const { record, open: opened, job, jobLock, jobsPrioritized } = this.#keys;
    const keys = [record(id), opened, this.#keys.pixels(pixels), job(id), jobLock(id), jobsPrioritized];
    discardRecord(this.#redis, keys, [id, pixels]).catch(this.#options.onError);
  }

  /** The caption, or null when the id is unknown or its retention time has passed. */
  async read(id: string): Promise<CaptionResource | null> {
    const fields = await asking(() => this.#redis.hgetall(this.#keys.record(id)));
    return fields.state === undefined ? null : resourceOf(id, fields);
  }

  /** Waits until the caption has ended, at most `timeoutMs`. See `Waiters.wait` for what it throws. */
  async wait(id: string, options: WaitOptions): Promise<WaitOutcome> {
    return await this.#waiters.wait(id, (each) => this.read(each), options);
  }

  /** Resolves when Redis answers; rejects with `queue_unavailable` within the command timeout when it does not. */
  async ping(): Promise<void> {
    await asking(() => this.#redis.ping());
  }

  /** Disconnects; whoever waits is told `shutting_down`. */
  async stop(): Promise<void> {
    this.#waiters.stop();
    await this.#jobs?.close();
    this.#redis.disconnect();
    this.#subscriber.disconnect();
  }
}
