import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTrouble } from '../run-error.js';
import { type Item, ItemError, type Refused } from './item.js';

/** Names of images. Formats that cannot be captioned are among them, so that each such file is reported. */
const imageName = /\.(jpe?g|jpe|jfif|png|webp|gif|avif|tiff?|heic|heif|bmp|jxl)$/i;

/** What is not read where only a folder or a pattern names it, such as a pipe, which may never have a writer. */
export function irregular(path: string): Refused {
  return {
    name: path,
    error: new ItemError('file_unreadable', 'it is not a regular file; to read it, name it itself'),
  };
}

/** A folder that is one of those on the way to it. */
export function folderLoop(folder: string, real: string): Refused {
  const detail = `it leads back to ${real}, and is not followed`;
  return { name: folder, error: new ItemError('folder_loop', detail), harmless: true };
}

/** Every image below a folder, in the order of names. Hidden files and folders are left out; links are followed. */
export async function* walkFolder(folder: string, ancestors: string[] = []): AsyncGenerator<Item | Refused> {
  let entries: Dirent[];
  let real: string;
  try {
    real = await realpath(folder);
    if (ancestors.includes(real)) {
      return yield folderLoop(folder, real);
    }
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    return yield { name: folder, error: new ItemError('folder_unreadable', fileTrouble(error), { cause: error }) };
  }
  const visible = entries.filter(({ name }) => !name.startsWith('.'));
  for (const entry of visible.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await stat(path).catch(() => entry) : entry;
    if (kind.isDirectory()) yield* walkFolder(path, [...ancestors, real]);
    else if (!imageName.test(entry.name)) continue;
    // A link whose target is missing is an image that cannot be read.
    else yield kind.isFile() || kind.isSymbolicLink() ? { name: path, source: { path } } : irregular(path);
  }
}
