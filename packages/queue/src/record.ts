import {
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
  model: string;
  revision: string;
  prompt: string | null;
  params: CaptionParams;
  image: ImageFacts;
  /** Name of the pixels' key. */
  pixels: string;
  priority: number;
}

/** The fields of a new record, as `createRecord` takes them. */
export function startFields(start: RecordStart): string[] {
  return flat({
    model: start.model,
    revision: start.revision,
    prompt: JSON.stringify(start.prompt),
    params: JSON.stringify(start.params),
    image: JSON.stringify(start.image),
    pixels: start.pixels,
    priority: String(start.priority),
  });
}

/** The fields an outcome adds. `revision`: the one that made it, which may be newer than the one asked for. */
export function outcomeFields(outcome: CaptionOutcome, revision?: string): string[] {
  if (outcome.state === 'failed') return flat({ error: JSON.stringify(outcome.error) });
  if (outcome.state !== 'succeeded') return [];
  return flat({
    caption: JSON.stringify(outcome.caption),
    inference: JSON.stringify(outcome.inference),
    ...(revision !== undefined && { revision }),
  });
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
    created_at: time(fields.created_ms),
    started_at: time(fields.started_ms),
    finished_at: time(fields.finished_ms),
    deadline_at: time(fields.deadline_ms),
    expires_at: time(fields.expires_ms),
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

const flat = (fields: RecordFields): string[] => Object.entries(fields).flat();
const json = (text: string | undefined): unknown => (text === undefined ? null : JSON.parse(text));
const time = (ms: string | undefined): string | null => (ms === undefined ? null : new Date(Number(ms)).toISOString());
