import type { CaptionResource } from '@blipq/contracts';
import type { OnError, QueueAddress } from '../redis/redis-client.js';
import type { SubmissionIdentity } from './submission.js';

export interface WorkQueueOptions extends QueueAddress {
  /** How long a caption is kept after its end, in seconds. Default 24 h. */
  retentionS?: number;
  /** How long an image waits for a worker, in seconds. Default 24 h. */
  imageTtlS?: number;
  /** How long the image of a caption that did not succeed is kept, in seconds. Default 1 h; 0 for not at all. */
  retryWindowS?: number;
  /** How long a result may answer equal captions, in seconds. Default 0: not at all. */
  reuseS?: number;
  /** Most captions that may be open (queued or processing) at once. Default 10 000. */
  openMax?: number;
  /** Most bytes of pixels that may be stored at once. Default 2 GiB. */
  bytesMax?: number;
  /** Most items of batches whose images may wait to be fetched at once. Default 200 000. */
  fetchMax?: number;
  /** Bytes that Redis has for new work; see `RedisMemory`. Default: no limit. */
  memoryRoom?: () => number | undefined;
  /** How long Redis may take to answer one command, in milliseconds. Default 1500. */
  commandTimeoutMs?: number;
  /** After how many milliseconds a waiter looks for itself. Default 2000. */
  pollMs?: number;
  /** Told about every connection failure; the queue recovers by itself. */
  onError?: OnError;
}

export interface RetryOptions extends SubmissionIdentity {
  newId?: string;
  /** Default: as before. */
  weight?: number;
  /** Gives a caption that succeeded, whose image is gone by then, its result again, marked as `cached`. */
  copyResult?: boolean;
}

/** `canceled`: it has ended. `canceling`: a worker has it; it will end as canceled. */
export type CancelOutcome<R = CaptionResource> = { status: 'canceled' | 'canceling'; work: R };

export interface QueueLoad {
  /** Captions that are queued or being processed. */
  open: number;
  /** Of stored pixels. */
  bytes: number;
  /** Captions that workers ended per second, over the last minute. */
  perSecond: number;
  /** Seconds until the backlog is done at that rate, 1 to 120. */
  retryAfterS: number;
}

export const queueDefaults = {
  retentionS: 86_400,
  imageTtlS: 86_400,
  retryWindowS: 3600,
  reuseS: 0,
  openMax: 10_000,
  bytesMax: 2 ** 31,
  fetchMax: 200_000,
  memoryRoom: () => undefined,
  commandTimeoutMs: 1500,
  pollMs: 2000,
} as const satisfies Omit<WorkQueueOptions, keyof QueueAddress>;
