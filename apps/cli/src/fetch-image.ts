import { imageBytesMax } from '@blipq/contracts';
import { ItemError } from './inputs/item.js';
import { boundedBytes } from './inputs/open-file.js';

const timeoutMs = 30_000;

/** The bytes at a URL that the user named. @throws ItemError */
export async function fetchImage(url: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
    if (!answer.ok) throw new ItemError('fetch_failed', `its host answered ${answer.status}`);
    return answer.body === null ? new Uint8Array() : await boundedBytes(answer.body, imageBytesMax);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ItemError) throw error;
    const { message, cause } = error as Error & { cause?: Error };
    throw new ItemError('fetch_failed', `it cannot be fetched: ${cause?.message || message}`, { cause: error });
  }
}
