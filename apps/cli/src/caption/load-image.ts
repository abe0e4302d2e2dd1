import { type Item, ItemError, imageReadBytesMax } from '../inputs/item.js';
import { boundedBytes, openFile } from '../inputs/open-file.js';
import { fileTrouble, RunError } from '../run-error.js';

/** The bytes of an image, or the URL where it is. @throws ItemError; the signal's reason */
export async function loadImage(
  { source }: Item,
  maxEdge: number | undefined,
  signal: AbortSignal,
): Promise<Uint8Array | string> {
  if ('url' in source) return source.url;
  const bytes = 'bytes' in source ? source.bytes : await readImage(source.path, signal);
  if (bytes.length === 0) throw new ItemError('missing_image', 'the file is empty');
  return maxEdge === undefined ? bytes : await downscaled(bytes, maxEdge);
}

async function readImage(path: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await boundedBytes(await openFile(path, signal), imageReadBytesMax);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ItemError) throw error;
    throw new ItemError('file_unreadable', fileTrouble(error), { cause: error });
  }
}

/** The image as people see it with no edge longer than `maxEdge` pixels; one that is small enough stays as it is. */
async function downscaled(bytes: Uint8Array, maxEdge: number): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp').catch((cause: unknown) => {
    throw new RunError('--max-edge needs sharp, which is not installed here; npm install sharp', 1, { cause });
  });
  try {
    const image = sharp(bytes, { autoOrient: true });
    const { width = 0, height = 0 } = await image.metadata();
    if (Math.max(width, height) <= maxEdge) return bytes;
    const box = { width: maxEdge, height: maxEdge, fit: 'inside' } as const;
    return await image.resize(box).flatten({ background: 'white' }).keepIccProfile().jpeg({ quality: 92 }).toBuffer();
  } catch {
    // Whatever is wrong with it, the server says so in better words.
    return bytes;
  }
}
