import { createHash, randomBytes } from 'node:crypto';
import {
  type CaptionMetadata,
  type CaptionParams,
  type CaptionResource,
  type ImageFacts,
  type InputOf,
  type ModelVersion,
  publicTenant,
  type Task,
  taskOfId,
  type WebhookTarget,
  type WorkInput,
  type WorkResource,
} from '@blipq/contracts';
import { inSpan, traceparent } from '@blipq/service';
import { enqueueGraceMs, type ScriptTarget, weightDefault } from '../lua/script.js';
import { jobsOf, type QueueKeys } from '../redis/keys.js';
import { asking, type OnError, type RedisClient } from '../redis/redis.js';
import { addJob, type JobQueues, jobAttributes } from '../work/jobs.js';
import { fieldsOf, type RecordFields, type RecordStart, resourceOf, startFields } from '../work/record.js';
import { idempotencyHash, type Refusal, refusalError } from './refusals.js';
import {
  admitSubmission,
  type CreationTerms,
  confirmRecord,
  createRecord,
  discardRecord,
  type SubmissionTerms,
} from './submission-scripts.js';

/** Who submits, and what makes two requests the same one. */
export interface SubmissionIdentity {
  /** Owner. Default `public`. */
  tenant?: string;
  /** The caller's `Idempotency-Key`. Needs a fingerprint. */
  idempotencyKey?: string;
  /** Hash of the request as sent. A repeated key, or id, with another fingerprint is refused. */
  fingerprint?: string;
  /** Most captions of this tenant that may be open at once. */
  tenantCaptionsMax?: number;
}

interface SubmissionBase extends SubmissionIdentity {
  /** Of the task: `cap_`, `ans_` or `mat_` and a ULID. */
  id: string;
  model: string;
  revision: string;
  /** Of captions: the model of image-text retrieval that matches them when they are made. Its images are of the same size. */
  match?: ModelVersion;
  image: ImageFacts;
  /** u8 [S, S, 3]. */
  pixels: Uint8Array;
  /** Its tenant's share of the turns while others wait too, 1 to 100. Default 10. */
  weight?: number;
  metadata?: CaptionMetadata;
  /** It expires unless a worker has started it after that many seconds. Default: no deadline. */
  timeoutS?: number;
  /** What decoding and resizing the image took. */
  preprocessMs?: number;
  /** A batch made by `createBatch`. */
  batchId?: string;
  /** Who is told when it ends. */
  webhook?: WebhookTarget;
  /** `use` (default): the stored result of an equal caption will do. `refresh`: make it, and store it. */
  reuse?: 'use' | 'refresh';
}

/** An image and what is asked about it. The id says which task it is for. */
export type Submission<T extends Task = Task> = SubmissionBase & InputOf[T];
export type CaptionSubmission = Submission<'captioning'>;

export interface Admission extends SubmissionIdentity {
  /** An id that the client chose. */
  id?: string;
  /** Of the pixels to come. */
  bytes?: number;
}

export type AdmitOutcome<R = CaptionResource> = { status: 'admitted' } | { status: 'replayed'; caption: R };

/**
 * `queued`: a new caption. `cached`: a new caption that has succeeded already, with a stored result. `replayed`: the
 * same request came before (the same key, or the same id); `caption` is what it made, and nothing was stored.
 */
export type SubmitOutcome<R = CaptionResource> = { status: 'queued' | 'cached' | 'replayed'; caption: R };

export interface SubmissionLimits {
  retentionS: number;
  imageTtlS: number;
  retryWindowS: number;
  /** 0: results are not given again. */
  reuseS: number;
  captionsMax: number;
  bytesMax: number;
}

/** A caption to be tried again: its record, and who asks. */
export interface Repetition extends SubmissionIdentity {
  id: string;
  of: string;
  record: RecordFields;
  weight?: number;
  copyResult?: boolean;
}

/** How long pixels wait for the record that gives them their time: what a crash between the two leaves is soon gone. */
const unclaimedMs = 60_000;

type NewSubmission = Omit<SubmissionBase, 'id' | 'pixels' | 'reuse'> & WorkInput;

/** What becomes a record: its fields, its terms, and its pixels, unless they are there already. */
interface NewCaption {
  id: string;
  start: RecordStart;
  terms: CreationTerms;
  pixels?: Uint8Array;
}

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
    const reply = await asking(() => admitSubmission(this.#target, id ?? '', JSON.stringify(terms)));
    const [outcome, ...rest] = reply as [string, ...unknown[]];
    return outcome === 'admitted' ? { status: outcome } : replayed(outcome, rest);
  }

  async submit(submission: Submission): Promise<SubmitOutcome<WorkResource>> {
    const { id, pixels, batchId, timeoutS = 0 } = submission;
    const hash = this.#limits.reuseS > 0 ? resultHash(submission) : undefined;
    const result = hash === undefined || submission.reuse === 'refresh' ? null : await this.#stored(hash);
    const start = {
      ...this.#start(submission, pixels.length, id),
      ...(submission.preprocessMs !== undefined && { preprocessMs: submission.preprocessMs }),
      ...(batchId !== undefined && { batch: batchId }),
      ...(submission.webhook !== undefined && { webhook: JSON.stringify(submission.webhook) }),
      ...(hash !== undefined && { reuse: { hash, ms: this.#limits.reuseS * 1000 } }),
    };
    const terms = {
      ...this.#creation(submission, pixels.length),
      batch: batchId ?? '',
      deadline_after_ms: timeoutS * 1000,
      result: result ?? '',
    };
    return await this.#create({ id, start, terms, pixels });
  }

  /** A new caption like an earlier one, with a copy of its pixels or of its result. */
  async repeat({ id, of, record, weight, copyResult, ...identity }: Repetition): Promise<SubmitOutcome<WorkResource>> {
    const bytes = Number(record.pixels?.split('.').at(-1) ?? 0);
    const earlier = {
      model: record.model!,
      revision: record.revision!,
      ...(JSON.parse(record.input!) as WorkInput),
      ...(record.match !== undefined && { match: JSON.parse(record.match) as ModelVersion }),
      image: JSON.parse(record.image!),
      metadata: JSON.parse(record.metadata!),
      weight: weight ?? Number(record.weight),
    };
    const start = {
      ...this.#start({ ...identity, ...earlier }, bytes, id),
      retryOf: of,
      ...(record.webhook !== undefined && { webhook: record.webhook }),
    };
    const result = copyResult && record.state === 'succeeded' ? record.result! : '';
    const terms = {
      ...this.#creation(identity, bytes),
      result,
      copy_from: result === '' ? (record.pixels ?? 'none') : '',
    };
    return await this.#create({ id, start, terms });
  }

  async #create(caption: NewCaption): Promise<SubmitOutcome<WorkResource>> {
    const { jobs, model } = caption.start;
    const attributes = jobAttributes(caption.id, jobs, model, 'send');
    return await inSpan(`enqueue ${jobs}`, { kind: 'producer', attributes }, () => this.#write(caption));
  }

  async #write({ id, start, terms, pixels }: NewCaption): Promise<SubmitOutcome<WorkResource>> {
    const [outcome, ...rest] = await asking(async () => {
      try {
        if (pixels !== undefined && terms.result === '') await this.#storePixels(start.pixels, pixels);
        const fields = startFields({ ...start, trace: traceparent() }, terms.result !== '');
        const reply = (await createRecord(this.#target, id, JSON.stringify(terms), ...fields)) as [
          string,
          ...unknown[],
        ];
        if (reply[0] === 'created' && terms.result === '') {
          await this.#enqueue(id, start, fieldsOf(reply[1] as string[]).turn!);
        }
        return reply;
      } catch (error) {
        this.#discard(id, start.pixels);
        throw error;
      }
    });
    if (outcome === 'created') {
      const caption = resourceOf(id, fieldsOf(rest[0] as string[]));
      return { status: terms.result === '' ? 'queued' : 'cached', caption };
    }
    if (pixels !== undefined) await asking(() => this.#redis.unlink(this.#keys.pixels(start.pixels)));
    return replayed(outcome, rest);
  }

  async #storePixels(name: string, { buffer, byteOffset, byteLength }: Uint8Array): Promise<void> {
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    await this.#redis.set(this.#keys.pixels(name), bytes, 'PX', unclaimedMs);
  }

  async #enqueue(id: string, { jobs, fingerprint }: RecordStart, turn: string): Promise<void> {
    await addJob(this.#jobs().of(jobs), id, turn);
    if (fingerprint !== undefined) await confirmRecord(this.#target, id);
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

  #start(submission: NewSubmission, bytes: number, id: string): RecordStart {
    const { tenant = publicTenant, metadata = {}, weight = weightDefault, fingerprint } = submission;
    const { idempotencyKey, model, revision, match, image } = submission;
    const { retentionS, retryWindowS } = this.#limits;
    return {
      ...{ tenant, model, revision, image, metadata, weight },
      input: inputOf(submission),
      ...(match && { match }),
      jobs: jobsOf(taskOfId(id), model),
      // Named per submission, so that taking one back cannot take the image of another with the same id.
      pixels: `${id}.${randomBytes(6).toString('base64url')}.${bytes}`,
      retentionMs: retentionS * 1000,
      retryMs: Math.min(retryWindowS, retentionS) * 1000,
      lifeMs: this.#lifeMs,
      ...(fingerprint !== undefined && { fingerprint }),
      ...(idempotencyKey !== undefined && { idempotency: idempotencyHash(tenant, idempotencyKey) }),
    };
  }

  /** The record outlives its image, so that a worker can still say that the image expired. */
  get #lifeMs(): number {
    return (this.#limits.imageTtlS + this.#limits.retentionS) * 1000;
  }

  #terms(identity: SubmissionIdentity, bytes: number): SubmissionTerms {
    const { tenant = publicTenant, idempotencyKey, fingerprint, tenantCaptionsMax } = identity;
    if (idempotencyKey !== undefined && fingerprint === undefined) {
      throw new TypeError('an idempotency key needs a fingerprint');
    }
    return {
      tenant,
      fingerprint: fingerprint ?? '',
      idempotency: idempotencyKey === undefined ? '' : idempotencyHash(tenant, idempotencyKey),
      bytes,
      captions_max: this.#limits.captionsMax,
      bytes_max: this.#limits.bytesMax,
      tenant_max: tenantCaptionsMax ?? Number.MAX_SAFE_INTEGER,
    };
  }

  #creation(identity: SubmissionIdentity, bytes: number): CreationTerms {
    return {
      ...this.#terms(identity, bytes),
      ttl_ms: this.#lifeMs,
      check_after_ms: enqueueGraceMs,
      image_ttl_ms: this.#limits.imageTtlS * 1000,
      batch: '',
      deadline_after_ms: 0,
      result: '',
      copy_from: '',
    };
  }
}

/** The caption that came before, or an error. */
function replayed(outcome: string, rest: unknown[]): { status: 'replayed'; caption: WorkResource } {
  if (outcome !== 'replayed') {
    const seconds = typeof rest[0] === 'number' ? rest[0] : undefined;
    throw refusalError(outcome as Refusal, seconds);
  }
  const [id, fields] = rest as [string, string[]];
  return { status: 'replayed', caption: resourceOf(id, fieldsOf(fields)) };
}

/** What is asked of the model beside the image. */
function inputOf(submission: WorkInput): Partial<InputOf[Task]> & { params?: CaptionParams } {
  const asked = Object.entries(submission).filter(([field]) => inputFields.includes(field));
  return Object.fromEntries(asked);
}
const inputFields = ['prompt', 'questions', 'texts', 'params'];

/** Two captions with the same hash have the same result. */
function resultHash(submission: Submission): string {
  const { model, revision, match, pixels } = submission;
  const { params = {}, ...input } = inputOf(submission);
  const asked = JSON.stringify([model, revision, input, Object.entries(params).sort(), match?.model, match?.revision]);
  return createHash('sha256').update(pixels).update(asked).digest('hex');
}
