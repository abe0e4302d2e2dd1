import {
  type CaptionMetadata,
  type CaptionOutcome,
  type CaptionParams,
  type CaptionResource,
  captionResource,
  captionState,
  type ImageFacts,
  type InferenceTimings,
} from '@blipq/contracts';

/** The fields of a record's hash. Structured ones are JSON; times are milliseconds on Redis's clock. */
export type RecordFields = Record<string, string>;

export interface RecordStart {
  tenant: string;
  model: string;
  revision: string;
  prompt: string | null;
  params: CaptionParams;
  image: ImageFacts;
  metadata: CaptionMetadata;
  /** Name of the pixels' key. */
  pixels: string;
  priority: number;
  /** From its end on. */
  retentionMs: number;
  /** How long the image of a caption that did not succeed is kept. */
  retryMs: number;
  /** Longest that it can exist. */
  lifeMs: number;
  preprocessMs?: number;
  batch?: string;
  retryOf?: string;
  /** JSON of a `WebhookTarget`: who is told when it ends. */
  webhook?: string;
  fingerprint?: string;
  idempotency?: string;
  /** Under which its result may be given again, and for how long. */
  reuse?: { hash: string; ms: number };
}

/** The fields of a new record, as `createRecord` takes them. `ended`: it has its result already. */
export function startFields(start: RecordStart, ended: boolean): string[] {
  return flat({
    tenant: start.tenant,
    model: start.model,
    revision: start.revision,
    prompt: JSON.stringify(start.prompt),
    params: JSON.stringify(start.params),
    image: JSON.stringify(start.image),
    metadata: JSON.stringify(start.metadata),
    pixels: ended ? undefined : start.pixels,
    priority: String(start.priority),
    retention_ms: String(start.retentionMs),
    retry_ms: String(start.retryMs),
    life_ms: String(start.lifeMs),
    preprocess_ms: start.preprocessMs?.toString(),
    batch: start.batch,
    retry_of: start.retryOf,
    webhook: start.webhook,
    fingerprint: start.fingerprint,
    idempotency: start.idempotency,
    // Until its job is known to be queued: a repeated request is not answered with what may still be taken back.
    storing: ended || start.fingerprint === undefined ? undefined : '1',
    reuse: start.reuse?.hash,
    reuse_ms: start.reuse?.ms.toString(),
  });
}

/** The fields an outcome adds. */
export function outcomeFields(outcome: CaptionOutcome): string[] {
  if (outcome.state === 'failed') return flat({ error: JSON.stringify(outcome.error) });
  if (outcome.state !== 'succeeded') return [];
  return flat({ caption: JSON.stringify(outcome.caption), inference: JSON.stringify(outcome.inference) });
}

export function resourceOf(id: string, fields: RecordFields): CaptionResource {
  const self = `/v1/captions/${id}`;
  return captionResource.parse({
    id,
    object: 'caption',
    state: captionState.parse(fields.state),
    version: Number(fields.version ?? 1),
    attempt: Number(fields.attempt),
    cancel_requested: fields.cancel !== undefined,
    model: fields.model,
    revision: fields.revision,
    prompt: json(fields.prompt),
    params: json(fields.params),
    image: json(fields.image),
    metadata: json(fields.metadata) ?? {},
    caption: json(fields.caption),
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

function timings(fields: RecordFields): CaptionResource['timings'] {
  const inference = json(fields.inference) as InferenceTimings | null;
  if (inference === null || fields.cached !== undefined) return null;
  const created = Number(fields.created_ms);
  return {
    preprocess_ms: fields.preprocess_ms === undefined ? null : Number(fields.preprocess_ms),
    queue_ms: Number(fields.started_ms) - created,
    ...inference,
    total_ms: Number(fields.finished_ms) - created,
  };
}

/** The reply of HGETALL inside a script. */
export function fieldsOf(pairs: string[]): RecordFields {
  const fields: RecordFields = {};
  for (let i = 0; i < pairs.length; i += 2) fields[pairs[i]!] = pairs[i + 1]!;
  return fields;
}

const flat = (fields: Record<string, string | undefined>): string[] =>
  Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
const json = (text: string | undefined): unknown => (text === undefined ? null : JSON.parse(text));
/** Milliseconds as ISO 8601, null for none. */
export const isoTime = (ms: string | undefined): string | null =>
  ms === undefined ? null : new Date(Number(ms)).toISOString();
