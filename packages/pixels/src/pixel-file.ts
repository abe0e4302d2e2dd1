import { randomUUID } from 'node:crypto';
import { openSync, readSync, unlinkSync } from 'node:fs';

/** The file system in memory that Linux has, also in containers whose other file systems are read-only. */
const folder = '/dev/shm';

/**
 * A file in memory, without a name, in which a decoder process leaves pixels. A pipe would hand them over in pieces of
 * 64 KiB, of which each is garbage. Null where there is no such file system.
 */
export function openPixelFile(): number | null {
  const path = `${folder}/blipq-${randomUUID()}`;
  try {
    const file = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return file;
  } catch {
    return null;
  }
}

/** The first `length` bytes of the file. @throws RangeError where it is shorter */
export function readPixels(file: number, length: number): Uint8Array {
  const pixels = Buffer.allocUnsafeSlow(length);
  for (let at = 0; at < length; ) {
    const count = readSync(file, pixels, at, length - at, at);
    if (count === 0) throw new RangeError(`a decoder left ${at} bytes of ${length}`);
    at += count;
  }
  return pixels;
}
