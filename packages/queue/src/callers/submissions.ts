import { publicTenant, taskOfId, type WorkResource } from '@blipq/contracts';
import { inSpan } from '@blipq/service';
import type { ScriptTarget } from '../lua/script.js';
import { addJob, type JobQueues, jobAttributes } from '../records/jobs.js';
import { type ImageSource, resourceOf, startFields } from '../records/record.js';
import { inputOf, resultHash } from '../records/result-hash.js';
import { flatFields, type HashFields, sharedFields } from '../redis/hash-fields.js';
import { jobsOf, type QueueKeys } from '../redis/keys.js';
import { asking, type OnError, type RedisClient } from '../redis/redis-client.js';
import { idempotencyHash, noRoom, pixelsLost, refusalError } from './refusals.js';
import { addItems, type NewItem, type RefusedItem } from './scripts/add-items.js';
import { admitSubmission, type SubmissionTerms } from './scripts/admit-submission.js';
import { confirmRecord } from './scripts/confirm-record.js';
import { createRecord } from './scripts/create-record.js';
import { discardRecord } from './scripts/discard-record.js';
import type { Objection } from './scripts/objection.js';
import type {
  Admission,
  AdmitOutcome,
  SourceSubmission,
  Submission,
  SubmissionIdentity,
  SubmissionLimits,
  SubmitOutcome,
} from './submission.js';
import { lifeMsOf, type SubmissionRequest, startOf } from './submission-record.js';

/** A caption to be tried again: its record, and who asks. */
export interface Repetition extends SubmissionIdentity {
  id: string;
  of: string;
  record: HashFields;
  weight?: number;
  copyResult?: boolean;
}

/** How long pixels wait for the record that gives them their time: what a crash between the two leaves is soon gone. */
const unclaimedMs = 60_000;
/**
 * Takes captions in, in the order that a crash at any point loses nothing acknowledged: pixels (with a TTL), record
 * with its idempotency entry, job.
 */
export class Submissions {
  readonly #redis: RedisClient;
  readonly #keys: QueueKeys;
  readonly #target: ScriptTarget;
  readonly #limits: SubmissionLimits;
  readonly #jobs: () => JobQueues;
  readonly #onError: OnError;
  /** What is being taken back. */
  readonly #discards = new Set<Promise<unknown>>();

  constructor(redis: RedisClient, keys: QueueKeys, limits: SubmissionLimits, jobs: () => JobQueues, onError: OnError) {
    this.#redis = redis;
    this.#keys = keys;
    this.#target = { redis, root: keys.root };
    this.#limits = limits;
    this.#jobs = jobs;
    this.#onError = onError;
  }

  async admit({ id, bytes = 0, ...identity }: Admission): Promise<AdmitOutcome<WorkResource>> {
    const terms = this.#terms(identity, bytes);
    const admitted = await asking(() => admitSubmission(this.#target, { ...(id !== undefined && { id }), terms }));
    return admitted.status === 'admitted' ? { status: admitted.status } : replayed(admitted);
  }

  async submit(submission: Submission): Promise<SubmitOutcome<WorkResource>> {
    const { pixels, batchId, webhook } = submission;
    const hash = this.#limits.reuseS > 0 ? resultHash(submission, pixels) : undefined;
    const result = hash === undefined || submission.reuse === 'refresh' ? null : await this.#stored(hash);
    return await this.#create({
      ...submission,
      bytes: pixels.length,
      input: inputOf(submission),
      batch: batchId,
      webhook: webhook && JSON.stringify(webhook),
      reuse: hash === undefined ? undefined : { hash, ms: this.#limits.reuseS * 1000 },
      result: result ?? undefined,
    });
  }

  /**
   * Adds items to a batch whose images are to be fetched, and those that are refused, in one step. There need not be room
   * for each: those that there is none for are refused. Repeating it adds nothing.
   * @throws BlipqError `idempotency_key_reused`
   */
  async addItems(
    batch: string,
    items: (SourceSubmission | RefusedItem)[],
    identity: SubmissionIdentity,
  ): Promise<'added' | 'sealed'> {
    const terms = { ...this.#terms(identity, 0), fetch_max: this.#limits.fetchMax };
    const refused = items.filter((item): item is RefusedItem => 'error' in item);
    const taken = items.filter((item): item is SourceSubmission => !('error' in item));
    const added = taken.map((item) => this.#newItem(batch, item, identity));
    const { shared, own } = sharedFields(added.map(({ record }) => record));
    const addition = {
      ...{ batch, terms, refused, errors: noRoom, given: shared },
      creation: { life_ms: lifeMsOf(this.#limits), image_ttl_ms: this.#limits.imageTtlS * 1000 },
      items: added.map(({ record: _, ...item }, place): NewItem => ({ ...item, fields: own[place]! })),
    };
    const outcome = await asking(() => addItems(this.#target, addition));
    if (outcome === 'reused') throw refusalError({ status: outcome });
    return outcome;
  }

  #newItem(batch: string, submission: SourceSubmission, { tenant }: SubmissionIdentity) {
    const { id, item, timeoutS = this.#limits.imageTtlS } = submission;
    const webhook = submission.webhook && JSON.stringify(submission.webhook);
    const request = { ...submission, tenant, input: inputOf(submission), batch, bytes: 0, webhook };
    const start = startOf(request, jobsOf(taskOfId(id), submission.model), this.#limits);
    const record = startFields(start, false);
    return { ...item, id, deadline_after_ms: timeoutS * 1000, group: `${start.jobs} ${start.weight}`, record };
  }

  /** A new caption like an earlier one, with a copy of its pixels or of its result, or with its image fetched again. */
  async repeat({ of, record, weight, copyResult, ...asked }: Repetition): Promise<SubmitOutcome<WorkResource>> {
    const result = copyResult && record.state === 'succeeded' ? record.result! : undefined;
    const source = result === undefined ? await this.#sourceOf(record) : undefined;
    return await this.#create({
      ...asked,
      source,
      bytes: Number(record.pixels?.split('.').at(-1) ?? 0),
      model: record.model!,
      revision: record.revision!,
      precision: record.precision,
      modelNote: record.model_note,
      input: JSON.parse(record.input!),
      match: record.match && JSON.parse(record.match),
      image: source === undefined && record.image !== undefined ? JSON.parse(record.image) : undefined,
      metadata: JSON.parse(record.metadata!),
      weight: weight ?? Number(record.weight),
      webhook: record.webhook,
      retryOf: of,
      result,
      copyFrom: result === undefined && source === undefined ? (record.pixels ?? 'none') : undefined,
    });
  }

  /** Where an image is to be fetched from once more whose pixels are not there, if it was fetched. */
  async #sourceOf({ source, pixels, bytes, fresh }: HashFields): Promise<ImageSource | undefined> {
    if (source === undefined) return undefined;
    const kept = pixels !== undefined && (await asking(() => this.#redis.exists(this.#keys.pixels(pixels)))) === 1;
    if (kept) return undefined;
    return { url: source, host: new URL(source).host, bytes: Number(bytes), fresh: fresh !== undefined };
  }

  async #create(request: SubmissionRequest): Promise<SubmitOutcome<WorkResource>> {
    const jobs = jobsOf(taskOfId(request.id), request.model);
    const attributes = jobAttributes(request.id, jobs, request.model, 'send');
    return await inSpan(`enqueue ${jobs}`, { kind: 'producer', attributes }, () => this.#write(request, jobs));
  }

  async #write(request: SubmissionRequest, jobs: string): Promise<SubmitOutcome<WorkResource>> {
    const { id, pixels, bytes, result, source, item } = request;
    const isFetched = source !== undefined;
    const terms = { ...this.#terms(request, bytes), ...(isFetched && { fetch_max: this.#limits.fetchMax }) };
    const start = startOf(request, jobs, this.#limits);
    const creation = {
      life_ms: lifeMsOf(this.#limits),
      image_ttl_ms: this.#limits.imageTtlS * 1000,
      deadline_after_ms: request.timeoutS ? request.timeoutS * 1000 : undefined,
      copy_from: request.copyFrom,
    };
    const created = await asking(async () => {
      try {
        const fields = flatFields(startFields(start, result !== undefined));
        const place = item && { ...item, id };
        // Redis gets both in one go and in this order; without the pixels it makes no record.
        const stored = pixels !== undefined && result === undefined && this.#storePixels(start.pixels!, pixels);
        const creating = createRecord(this.#target, { id, terms, creation, result, fields, item: place });
        const [, outcome] = await Promise.all([stored, creating]);
        // Its clock stepped ahead, or it has lost them: whoever asks again is right.
        if (outcome.status === 'input_gone' && pixels !== undefined) throw pixelsLost();
        if (outcome.status === 'created' && result === undefined) {
          if (!isFetched) await addJob(this.#jobs().of(jobs), id, outcome.fields.turn!);
          if (start.fingerprint !== undefined) await confirmRecord(this.#target, id);
        }
        return outcome;
      } catch (error) {
        this.#discard(id, start.pixels ?? '');
        throw error;
      }
    });
    if (created.status === 'created') {
      return { status: result === undefined ? 'queued' : 'cached', work: resourceOf(id, created.fields) };
    }
    if (pixels !== undefined) await asking(() => this.#redis.unlink(this.#keys.pixels(start.pixels!)));
    return replayed(created);
  }

  async #storePixels(name: string, { buffer, byteOffset, byteLength }: Uint8Array): Promise<void> {
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    await this.#redis.set(this.#keys.pixels(name), bytes, 'PX', unclaimedMs);
  }

  /** Goes through the same connection as what it takes back, so Redis carries it out after that, however late. */
  #discard(id: string, pixels: string): void {
    const discard: Promise<unknown> = discardRecord(this.#target, id, pixels)
      .catch(this.#onError)
      .finally(() => this.#discards.delete(discard));
    this.#discards.add(discard);
  }

  /** Resolves when what is being taken back has been, or will be before Redis carries out anything that is sent later. */
  async discarded(): Promise<void> {
    await Promise.all(this.#discards);
  }

  async #stored(hash: string): Promise<string | null> {
    return await asking(() => this.#redis.get(this.#keys.result(hash)));
  }

  #terms(identity: SubmissionIdentity, bytes: number): SubmissionTerms {
    const { tenant = publicTenant, idempotencyKey, fingerprint, tenantOpenMax, yields = false } = identity;
    if (idempotencyKey !== undefined && fingerprint === undefined) {
      throw new TypeError('an idempotency key needs a fingerprint');
    }
    return {
      tenant,
      fingerprint,
      idempotency: idempotencyKey === undefined ? undefined : idempotencyHash(tenant, idempotencyKey),
      bytes,
      open_max: this.#limits.openMax,
      bytes_max: this.#limits.bytesMax,
      tenant_open_max: tenantOpenMax ?? Number.MAX_SAFE_INTEGER,
      yields,
      kept_ms: this.#limits.retentionS * 1000,
      memory_room: this.#limits.memoryRoom(),
    };
  }
}

/** The caption that came before, or an error. */
function replayed(objection: Objection): { status: 'replayed'; work: WorkResource } {
  if (objection.status !== 'replayed') throw refusalError(objection);
  return { status: 'replayed', work: resourceOf(objection.id, objection.fields) };
}
