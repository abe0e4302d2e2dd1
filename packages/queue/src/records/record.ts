import { randomBytes } from 'node:crypto';
import {
  type AskedVersion,
  type ImageFacts,
  type InferenceTimings,
  resourceSchemas,
  type Task,
  taskNames,
  taskOfId,
  type WorkMetadata,
  type WorkOutcome,
  type WorkResource,
  workState,
} from '@blipq/contracts';
import { flatFields, type HashFields } from '../redis/hash-fields.js';
import { jobsOf } from '../redis/keys.js';

export interface RecordStart extends AskedVersion {
  tenant: string;
  /** What the model's card says that it knows. */
  modelNote?: string | undefined;
  /** What is asked of the model beside the image. */
  input: object;
  /** Name of the BullMQ queue that its job is in. */
  jobs: string;
  /** Who matches the caption with its image when it is made. */
  match?: AskedVersion | undefined;
  /** Known once there are pixels. */
  image?: ImageFacts | undefined;
  metadata: WorkMetadata;
  /** Name of the pixels' key. */
  pixels?: string | undefined;
  /** Where the image is to be fetched from, before there are pixels, and how many bytes these will have. */
  source?: ImageSource | undefined;
  /** Of its tenant, among those that wait. */
  weight: number;
  /** What it costs a worker, against a plain caption. */
  cost: number;
  /** From its end on. */
  retentionMs: number;
  /** How long the image of a caption that did not succeed is kept. */
  retryMs: number;
  /** Longest that it can exist. */
  lifeMs: number;
  preprocessMs?: number | undefined;
  batch?: string | undefined;
  /** Its index in the batch. */
  item?: number | undefined;
  retryOf?: string | undefined;
  /** JSON of a `WebhookTarget`: the webhook notified when it ends. */
  webhook?: string | undefined;
  fingerprint?: string | undefined;
  idempotency?: string | undefined;
  /** The `traceparent` that whoever works on it continues. */
  trace?: string | undefined;
  /** Under which its result may be given again, and for how long. */
  reuse?: { hash: string; ms: number } | undefined;
}

/** An image that is fetched by URL. */
export interface ImageSource {
  url: string;
  /** Name and port of whom it is asked. */
  host: string;
  /** Of its pixels. */
  bytes: number;
  /** Whether the model must run even if the result of an equal request is known. */
  fresh: boolean;
}

/** Named per submission, so that taking one back cannot take the image of another with the same id. */
export function pixelsName(id: string, bytes: number): string {
  return `${id}.${randomBytes(6).toString('base64url')}.${bytes}`;
}

/** The fields of a new record. `ended`: it has its result already. */
export function startFields(start: RecordStart, ended: boolean): Record<string, string | undefined> {
  return {
    tenant: start.tenant,
    model: start.model,
    revision: start.revision,
    precision: start.precision ?? undefined,
    model_note: start.modelNote,
    input: JSON.stringify(start.input),
    jobs: start.jobs,
    match: start.match && JSON.stringify(start.match),
    next_jobs: start.match && jobsOf('image_text_retrieval', start.match.model),
    image: start.image && JSON.stringify(start.image),
    metadata: JSON.stringify(start.metadata),
    pixels: ended ? undefined : start.pixels,
    source: start.source?.url,
    host: start.source?.host,
    bytes: start.source?.bytes.toString(),
    fresh: start.source?.fresh ? '1' : undefined,
    weight: String(start.weight),
    cost: String(start.cost),
    retention_ms: String(start.retentionMs),
    retry_ms: String(start.retryMs),
    life_ms: String(start.lifeMs),
    preprocess_ms: start.preprocessMs?.toString(),
    batch: start.batch,
    item: start.item?.toString(),
    retry_of: start.retryOf,
    webhook: start.webhook,
    fingerprint: start.fingerprint,
    idempotency: start.idempotency,
    trace: start.trace,
    // Until its job is known to be queued: a repeated request is not answered with what may still be taken back.
    storing: ended || start.fingerprint === undefined ? undefined : '1',
    reuse: start.reuse?.hash,
    reuse_ms: start.reuse?.ms.toString(),
  };
}

/** The fields an outcome adds. */
export function outcomeFields(outcome: WorkOutcome): string[] {
  if (outcome.state === 'failed') return flatFields({ error: JSON.stringify(outcome.error) });
  if (outcome.state !== 'succeeded') return [];
  const { state: _, inference, ...result } = outcome;
  return flatFields({ result: JSON.stringify(result), inference: JSON.stringify(inference) });
}

const noResult = {
  captioning: { caption: null, captions: null, match: null },
  question_answering: { answers: null },
  image_text_retrieval: { matches: null },
} as const satisfies Record<Task, object>;

/** What the API says of a record: a caption, an answer or a match, as its id says. */
export function resourceOf(id: string, fields: HashFields): WorkResource {
  const task = taskOfId(id);
  const { object, collection } = taskNames[task];
  const self = `/v1/${collection}/${id}`;
  return resourceSchemas[task].parse({
    id,
    object,
    state: workState.parse(fields.state),
    version: Number(fields.version ?? 1),
    attempt: Number(fields.attempt),
    cancel_requested: fields.cancel !== undefined,
    model: fields.model,
    revision: fields.revision,
    precision: fields.precision ?? null,
    model_note: fields.model_note ?? null,
    ...(json(fields.input) as object),
    image: json(fields.image),
    metadata: json(fields.metadata) ?? {},
    ...noResult[task],
    // A caption that is still to be matched has one already, which is nobody's before it has both.
    ...(fields.state === 'succeeded' && (json(fields.result) as object)),
    cached: fields.cached !== undefined,
    error: json(fields.error),
    timings: timings(fields),
    created_at: isoTime(fields.created_ms),
    started_at: isoTime(fields.started_ms),
    finished_at: isoTime(fields.finished_ms),
    deadline_at: isoTime(fields.deadline_ms),
    expires_at: isoTime(fields.expires_ms),
    batch_id: fields.batch ?? null,
    retry_of: fields.retry_of ?? null,
    links: {
      self,
      events: `${self}/events`,
      cancel: `${self}/cancel`,
      retry: `${self}/retry`,
      batch: fields.batch === undefined ? null : `/v1/batches/${fields.batch}`,
    },
  });
}

function timings(fields: HashFields): WorkResource['timings'] {
  const inference = json(fields.inference) as InferenceTimings | null;
  if (inference === null || fields.state !== 'succeeded' || fields.cached !== undefined) return null;
  return {
    preprocess_ms: fields.preprocess_ms === undefined ? null : Number(fields.preprocess_ms),
    queue_ms: Number(fields.waited_ms ?? 0) + waitMs(fields),
    ...inference,
    total_ms: elapsedMs(fields.created_ms, fields.finished_ms),
  };
}

/** How long it was in the queue that it was in last, in milliseconds. */
export function waitMs(fields: HashFields): number {
  return elapsedMs(fields.queued_ms ?? fields.created_ms, fields.started_ms);
}

/** Between two times on Redis's clock, 0 if that went back between the two. */
export function elapsedMs(from: string | undefined, to: string | undefined): number {
  return Math.max(0, Number(to) - Number(from));
}

const json = (text: string | undefined): unknown => (text === undefined ? null : JSON.parse(text));
/** Milliseconds as ISO 8601, null for none. */
export const isoTime = (ms: string | undefined): string | null =>
  ms === undefined ? null : new Date(Number(ms)).toISOString();
