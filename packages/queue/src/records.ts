import type { CaptionOutcome } from '@blipq/contracts';
import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.js';
import { fieldsOf, outcomeFields, type RecordFields } from './record.js';
import { beginRecord, finishRecord, requeueRecord } from './scripts.js';

/**
 * What became of a write that only the right writer may do. `gone`: there is no record. `terminal`: it has ended.
 * `stale`: somebody else holds the job's lock.
 */
export type FencedWrite = 'written' | 'gone' | 'terminal' | 'stale';

/** Who writes: the token of the job's lock, or null for the reconciler, which may write when nobody holds the lock. */
export type Token = string | null;

/** The writes that move a caption through its states after its submission. */
export class Records {
  readonly #redis: Redis;
  readonly #keys: QueueKeys;
  readonly #retentionMs: number;

  constructor(redis: Redis, keys: QueueKeys, retentionS: number) {
    this.#redis = redis;
    this.#keys = keys;
    this.#retentionMs = retentionS * 1000;
  }

  async read(id: string): Promise<RecordFields> {
    return await this.#redis.hgetall(this.#keys.record(id));
  }

  /** The image, u8 [S, S, 3], or null when it has expired. */
  async pixels(record: RecordFields): Promise<Buffer | null> {
    return await this.#redis.getBuffer(this.#keys.pixels(record.pixels!));
  }

  /** queued → processing, one attempt more. Returns the record. */
  async begin(id: string, token: string): Promise<RecordFields | Exclude<FencedWrite, 'written'>> {
    const keys = [this.#keys.record(id), this.#keys.jobLock(id)];
    const reply = await beginRecord(this.#redis, keys, [id, token, this.#keys.states]);
    return Array.isArray(reply) ? fieldsOf(reply) : (reply as Exclude<FencedWrite, 'written'>);
  }

  /** processing → queued. */
  async requeue(id: string, token: Token): Promise<FencedWrite> {
    const keys = [this.#keys.record(id), this.#keys.jobLock(id)];
    return (await requeueRecord(this.#redis, keys, [id, token ?? '', this.#keys.states])) as FencedWrite;
  }

  /**
   * Any state → terminal: stores the outcome, deletes the image, starts the retention time and tells who waits, in one
   * step. `revision`: of the model that made it.
   */
  async finish(
    id: string,
    token: Token,
    record: RecordFields,
    outcome: CaptionOutcome,
    revision?: string,
  ): Promise<FencedWrite> {
    const { record: recordKey, jobLock, open, pixels, states } = this.#keys;
    const keys = [recordKey(id), jobLock(id), open, pixels(record.pixels ?? id)];
    const fields = outcomeFields(outcome, revision);
    const reply = await finishRecord(this.#redis, keys, [
      id,
      token ?? '',
      states,
      outcome.state,
      this.#retentionMs,
      ...fields,
    ]);
    return reply as FencedWrite;
  }
}
