import { BlipqError, failedWith, type WorkOutcome } from '@blipq/contracts';
import { traceparent } from '@blipq/service';
import { releaseFetch } from '../fetches/scripts/release-fetch.js';
import type { ScriptTarget } from '../lua/script.js';
import { notTaken } from '../records/batch-record.js';
import { outcomeFields } from '../records/record.js';
import type { HashFields } from '../redis/hash-fields.js';
import type { QueueKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redis-client.js';
import type { PastAttempt } from './past-attempts.js';
import { beginRecord, type Unbegun } from './scripts/begin-record.js';
import { deferRecord } from './scripts/defer-record.js';
import { dueRecords } from './scripts/due-records.js';
import { endWithoutInput } from './scripts/end-without-input.js';
import { expireRecords } from './scripts/expire-records.js';
import { type Ending, type FencedWrite, finishRecord, type MadeBy } from './scripts/finish-record.js';
import { forgetRecord } from './scripts/forget-record.js';
import { requeueRecord } from './scripts/requeue-record.js';
import { sealAbandonedBatches } from './scripts/seal-abandoned-batches.js';
import { undoneAttempts } from './scripts/undone-attempts.js';

/** Who writes: the token of the job's lock, or null for the reconciler, which may write when nobody holds the lock. */
export type Token = string | null;

/** The writes that move a caption through its states after its submission, other than its owner's. */
export class Records {
  readonly #target: ScriptTarget;
  readonly #keys: QueueKeys;

  constructor(redis: RedisClient, keys: QueueKeys) {
    this.#target = { redis, root: keys.root };
    this.#keys = keys;
  }

  /**
   * The queue that the job is in, or is to be in, and its turn there; nulls where there is no record. `fetchToken`: of the
   * gateway that has it in hand, to fetch its image.
   */
  async place(id: string): Promise<Record<'jobs' | 'turn' | 'fetchToken', string | null>> {
    const names = ['jobs', 'turn', 'fetch_token'];
    const [jobs = null, turn = null, fetchToken = null] = await this.#target.redis.hmget(
      this.#keys.record(id),
      ...names,
    );
    return { jobs, turn, fetchToken };
  }

  /** The image, u8 [S, S, 3], or null when it has expired. */
  async pixels(record: HashFields): Promise<Buffer | null> {
    return await this.#target.redis.getBuffer(this.#keys.pixels(record.pixels!));
  }

  /** queued → processing, one attempt more, by a worker that has its job in the queue `jobs`. Returns the record. */
  async begin(id: string, token: string, jobs: string): Promise<HashFields | Unbegun> {
    return await beginRecord(this.#target, { id, token, queue: jobs });
  }

  /** processing → queued. */
  async requeue(id: string, token: Token): Promise<FencedWrite> {
    return await requeueRecord(this.#target, { id, token: token ?? undefined });
  }

  /**
   * Any state → terminal: stores the outcome, deletes or sets aside the image, starts the retention time and tells who
   * waits, in one step. A caption that is still to be matched goes to the matcher's queue instead, without a job as yet.
   * `by`: the model that made it. Its webhook continues the trace that this is called in.
   */
  async finish(id: string, token: Token, outcome: WorkOutcome, by: MadeBy = {}): Promise<FencedWrite> {
    const { revision, precision } = by;
    return await this.#finish({ id, token: token ?? undefined, revision: revision || undefined, precision }, outcome);
  }

  /**
   * Ends what BullMQ has given up, unless its worker turns out to live within `graceMs`: `early` until then. `unbegun`:
   * fewer workers than `silencesMin` have fallen silent over it.
   */
  async giveUp(id: string, outcome: WorkOutcome, graceMs: number, silencesMin?: number): Promise<FencedWrite> {
    return await this.#finish({ id, grace_ms: graceMs, silences_min: silencesMin }, outcome);
  }

  async #finish(ending: Omit<Ending, 'state' | 'fields'>, outcome: WorkOutcome): Promise<FencedWrite> {
    const trace = traceparent();
    const fields = [...outcomeFields(outcome), ...(trace === undefined ? [] : ['trace', trace])];
    return await finishRecord(this.#target, { ...ending, state: outcome.state, fields });
  }

  /** Of attempts that are over, those that the records say are in hand: Redis has lost how they ended. */
  async undone(attempts: PastAttempt[]): Promise<PastAttempt[]> {
    return await undoneAttempts(this.#target, attempts);
  }

  /** queued → expired, for what nobody has started by its deadline: of the next `count`, the ids of those that ended. */
  async expire(count: number): Promise<{ passed: number; expired: string[] }> {
    return await expireRecords(this.#target, count);
  }

  /** Captions that have not ended and that the reconciler should look at. */
  async due(count: number, aheadMs: number): Promise<string[]> {
    return await dueRecords(this.#target, count, aheadMs);
  }

  /** Ends work whose pixels have expired and that no worker has, as failed. Says whether it did. */
  async endWithoutInput(id: string): Promise<boolean> {
    const error = new BlipqError('input_expired', 'The image expired before a worker took it. Submit it again.');
    return await endWithoutInput(this.#target, { id, fields: outcomeFields(failedWith(error)) });
  }

  /** Puts back work whose image a gateway was fetching that has died. `none`: nobody has it in hand for that. */
  async releaseFetch(id: string): Promise<'none' | 'held' | 'released'> {
    const error = new BlipqError('internal_error', 'The gateways that fetched the image died. Submit it again.');
    return await releaseFetch(this.#target, { id, error: outcomeFields(failedWith(error)) });
  }

  /** Seals up to `count` batches whose submission broke off. Returns their ids. */
  async sealAbandonedBatches(count: number): Promise<string[]> {
    return await sealAbandonedBatches(this.#target, { error: notTaken, count });
  }

  async lookLater(id: string, afterMs: number): Promise<void> {
    await deferRecord(this.#target, id, afterMs);
  }

  /** Lets go of what is still counted of a caption that has no record any more, or that has ended. */
  async forget(id: string): Promise<void> {
    await forgetRecord(this.#target, id);
  }
}
