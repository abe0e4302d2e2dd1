import { type AskedVersion, type ImageFacts, publicTenant, type WorkInput, type WorkMetadata } from '@blipq/contracts';
import { traceparent } from '@blipq/service';
import { type ImageSource, pixelsName, type RecordStart } from '../records/record.js';
import { workCost } from '../records/work-cost.js';
import { idempotencyHash } from './refusals.js';
import type { ItemPlace } from './scripts/create-record.js';
import type { SubmissionIdentity, SubmissionLimits } from './submission.js';

/** Weight of a tenant of whom nothing is said. */
const weightDefault = 10;

/** What a submission and a repetition have in common. */
export interface SubmissionRequest extends SubmissionIdentity, AskedVersion {
  id: string;
  modelNote?: string | undefined;
  input: object;
  match?: AskedVersion | undefined;
  image?: ImageFacts | undefined;
  source?: ImageSource | undefined;
  metadata?: WorkMetadata | undefined;
  weight?: number | undefined;
  /** Of its pixels. */
  bytes: number;
  /** JSON of a `WebhookTarget`. */
  webhook?: string | undefined;
  preprocessMs?: number | undefined;
  batch?: string | undefined;
  item?: Omit<ItemPlace, 'id'> | undefined;
  retryOf?: string | undefined;
  reuse?: { hash: string; ms: number } | undefined;
  timeoutS?: number | undefined;
  /** JSON of the result, where it is known. */
  result?: string | undefined;
  /** Name of the earlier pixels, to be copied. */
  copyFrom?: string | undefined;
  /** To be stored. */
  pixels?: Uint8Array;
}

/** What the record of a request begins with. `jobs`: the name of the queue of its model. */
export function startOf(request: SubmissionRequest, jobs: string, limits: SubmissionLimits): RecordStart {
  const { tenant = publicTenant, idempotencyKey } = request;
  const { retentionS, retryWindowS } = limits;
  // Name by name: a batch has thousands, and objects that are put together out of others take longer to make.
  return {
    tenant,
    model: request.model,
    revision: request.revision,
    precision: request.precision,
    modelNote: request.modelNote,
    input: request.input,
    match: request.match,
    image: request.image,
    source: request.source,
    metadata: request.metadata ?? {},
    weight: request.weight ?? weightDefault,
    jobs,
    cost: workCost(request.input as WorkInput),
    webhook: request.webhook,
    preprocessMs: request.preprocessMs,
    batch: request.batch,
    item: request.item?.index,
    retryOf: request.retryOf,
    fingerprint: request.fingerprint,
    reuse: request.reuse,
    pixels: request.source === undefined ? pixelsName(request.id, request.bytes) : undefined,
    retentionMs: retentionS * 1000,
    retryMs: Math.min(retryWindowS, retentionS) * 1000,
    lifeMs: lifeMsOf(limits),
    idempotency: idempotencyKey === undefined ? undefined : idempotencyHash(tenant, idempotencyKey),
    trace: traceparent(),
  };
}

/** The record outlives its image, so that a worker can still say that the image expired. Milliseconds. */
export function lifeMsOf({ imageTtlS, retentionS }: SubmissionLimits): number {
  return (imageTtlS + retentionS) * 1000;
}
