import type { BlipqError } from '@blipq/contracts';
import {
  type FetchedImage,
  type FetchVerdict,
  type FetchWork,
  FetchWorker,
  type FetchWorkerOptions,
} from '@blipq/queue';
import { UnusableAnswer } from '@blipq/webhooks';
import pLimit from 'p-limit';
import type { WorkIntake } from './work-intake.js';

interface BatchFetcherOptions extends Omit<FetchWorkerOptions, 'handler' | 'verdictOf'> {
  intake: Pick<WorkIntake, 'pixelsOf'>;
  /** Images that are decoded at once; the other decoders are for those that are uploaded. */
  decodesMax: number;
}

/** Fetches the images of items of batches, beside serving. */
export function batchFetcher({ intake, decodesMax, ...options }: BatchFetcherOptions): FetchWorker {
  const decoding = pLimit(decodesMax);
  const handler = async ({ url, size, tenant }: FetchWork, signal: AbortSignal): Promise<FetchedImage> => {
    // Together they take no more than a share of the memory that bodies have.
    const asked = { holder: `batches of ${tenant}`, signal };
    const { rgb, preprocessMs, ...image } = await intake.pixelsOf({ url }, size, asked, (decode) => decoding(decode));
    return { image, pixels: rgb, preprocessMs };
  };
  return new FetchWorker({ ...options, handler, verdictOf });
}

/** What a failure to fetch an image means. A host that answers, even with an error, lives. */
export function verdictOf({ code, cause }: BlipqError): FetchVerdict {
  if (code === 'queue_full' || code === 'queue_unavailable' || code === 'shutting_down') return { outcome: 'back' };
  if (code === 'url_blocked') return { outcome: 'failed' };
  const status = cause instanceof UnusableAnswer ? cause.status : undefined;
  if (code === 'fetch_timeout' || (code === 'fetch_failed' && status === undefined)) {
    return { outcome: 'again', answered: false };
  }
  if (status === undefined || (status < 500 && status !== 408 && status !== 429))
    return { outcome: 'failed', answered: true };
  return { outcome: 'again', answered: status < 500 };
}
