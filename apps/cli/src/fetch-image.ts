import { imageBytesMax } from '@blipq/contracts';
import { ItemError } from './inputs/item.js';

const timeoutMs = 30_000;

/** The bytes at a URL that the user named. @throws ItemError */
export async function fetchImage(url: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
    if (!answer.ok) throw new ItemError('fetch_failed', `its host answered ${answer.status}`);
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of answer.body ?? []) {
      length += chunk.length;
      if (length > imageBytesMax) throw new ItemError('image_too_large', `it has more than ${imageBytesMax} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ItemError) throw error;
    const { message, cause } = error as Error & { cause?: Error };
    throw new ItemError('fetch_failed', `it cannot be fetched: ${cause?.message || message}`, { cause: error });
  }
}
