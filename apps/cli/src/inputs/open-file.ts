import { constants, createReadStream, open } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { ItemError } from './item.js';

/**
 * A file, or a named pipe: to read one as a file would block a thread until somebody writes to it, and Node ends after
 * its threads only.
 *
 * @param signal destroys the stream, also while it waits for a writer
 */
export async function openFile(path: string, signal: AbortSignal): Promise<Readable> {
  if (!(await stat(path)).isFIFO()) return createReadStream(path, { signal });
  const fd = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return addAbortSignal(signal, new Socket({ fd, readable: true, writable: false }));
}

/** All bytes of a stream, whose size need not be known beforehand. @throws ItemError where there are more */
export async function boundedBytes(stream: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > bytesMax) throw new ItemError('image_too_large', `it has more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
