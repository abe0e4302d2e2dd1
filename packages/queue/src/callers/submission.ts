import type {
  AskedVersion,
  CaptionResource,
  ImageFacts,
  InputOf,
  Task,
  WebhookTarget,
  WorkMetadata,
} from '@blipq/contracts';
import type { ImageSource } from '../records/record.js';
import type { ItemPlace } from './scripts/create-record.js';

/** Who submits, and what makes two requests the same one. */
export interface SubmissionIdentity {
  /** Owner. Default `public`. */
  tenant?: string;
  /** The caller's `Idempotency-Key`. Needs a fingerprint. */
  idempotencyKey?: string;
  /** Hash of the request as sent. A repeated key, or id, with another fingerprint is refused. */
  fingerprint?: string;
  /** Most captions of this tenant that may be open at once. */
  tenantOpenMax?: number;
  /** Whether it leaves a share of the queue to others even where there are no keys: an item of a batch. Default false. */
  yields?: boolean;
}

interface SubmissionBase extends SubmissionIdentity, AskedVersion {
  /** Of the task: `cap_`, `ans_` or `mat_` and a ULID. */
  id: string;
  /** What the model's card says that it knows. */
  modelNote?: string;
  /** Of captions: the model of image-text retrieval that matches them when they are made. Its images are of the same size. */
  match?: AskedVersion;
  image: ImageFacts;
  /** u8 [S, S, 3]. */
  pixels: Uint8Array;
  /** Its tenant's share of the turns while others wait too, 1 to 100. Default 10. */
  weight?: number;
  metadata?: WorkMetadata;
  /** It expires unless a worker has started it after that many seconds. Default: no deadline. */
  timeoutS?: number;
  /** What decoding and resizing the image took. */
  preprocessMs?: number;
  /** A batch made by `createBatch`. */
  batchId?: string;
  /** Its place in the batch. */
  item?: Omit<ItemPlace, 'id'>;
  /** The webhook notified when it ends. */
  webhook?: WebhookTarget;
  /** `use` (default): the stored result of an equal caption will do. `refresh`: make it, and store it. */
  reuse?: 'use' | 'refresh';
}

/** What is asked about an image that is still to be fetched, as an item of a batch. */
export type SourceSubmission<T extends Task = Task> = Omit<
  SubmissionBase,
  keyof SubmissionIdentity | 'image' | 'pixels' | 'preprocessMs' | 'batchId' | 'item' | 'reuse'
> & { item: Omit<ItemPlace, 'id'>; source: ImageSource } & InputOf[T];

/** An image and what is asked about it. The id says which task it is for. */
export type Submission<T extends Task = Task> = SubmissionBase & InputOf[T];
export type CaptionSubmission = Submission<'captioning'>;

export interface Admission extends SubmissionIdentity {
  /** An id that the client chose. */
  id?: string;
  /** Of the pixels to come. */
  bytes?: number;
}

export type AdmitOutcome<R = CaptionResource> = { status: 'admitted' } | { status: 'replayed'; work: R };

/**
 * `queued`: a new caption. `cached`: a new caption that has succeeded already, with a stored result. `replayed`: the
 * same request came before (the same key, or the same id); `work` is what it made, and nothing was stored.
 */
export type SubmitOutcome<R = CaptionResource> = { status: 'queued' | 'cached' | 'replayed'; work: R };

export interface SubmissionLimits {
  retentionS: number;
  imageTtlS: number;
  retryWindowS: number;
  /** 0: results are not given again. */
  reuseS: number;
  openMax: number;
  bytesMax: number;
  fetchMax: number;
  /** Bytes that Redis has for new work, as it said last; undefined where there is no limit. */
  memoryRoom: () => number | undefined;
}
