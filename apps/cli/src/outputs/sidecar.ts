import { readFile, writeFile } from 'node:fs/promises';
import { format, parse } from 'node:path';
import { type Item, ItemError } from '../inputs/item.js';
import { fileTrouble, throwIfFull } from '../run-error.js';
import { appended, type Existing } from './existing.js';
import { replaceFile } from './replace-file.js';

/** Between a caption that is there and one that is appended, as in the tag files of kohya and TagGUI. */
const separator = ', ';

/** Text files beside the images, under the images' names. */
export class Sidecars {
  readonly #extension: string;
  readonly #existing: Existing;
  /** Which image each file belongs to. */
  readonly #owners = new Map<string, string>();

  constructor(extension: string, existing: Existing) {
    this.#extension = extension;
    this.#existing = existing;
  }

  /**
   * Takes the name of the image's sidecar for it.
   *
   * @returns whether there is nothing to do: the file is there and is to stay
   * @throws ItemError for an image that is no file, or whose sidecar is another image's
   */
  async claim(item: Item): Promise<boolean> {
    const path = this.#pathOf(item);
    const owner = this.#owners.get(path) ?? item.name;
    if (owner !== item.name) {
      const detail = `its sidecar ${path} is that of ${owner}; rename one of the two, or use --out`;
      throw new ItemError('sidecar_taken', detail);
    }
    this.#owners.set(path, item.name);
    return this.#existing === 'skip' && (await textAt(path)) !== undefined;
  }

  /** @throws ItemError; RunError when the disk is full */
  async write(item: Item, text: string): Promise<void> {
    const path = this.#pathOf(item);
    try {
      const before = this.#existing === 'append' ? (await textAt(path))?.trimEnd() : undefined;
      const whole = appended(before, separator, text);
      if (whole !== undefined) await replaceFile(path, (temporary) => writeFile(temporary, whole));
    } catch (error) {
      throwIfFull(path, error);
      throw new ItemError('sidecar_unwritable', `${path} cannot be written: ${fileTrouble(error)}`, { cause: error });
    }
  }

  #pathOf({ source }: Item): string {
    if (!('path' in source)) throw new ItemError('no_file', 'it has no place for a sidecar; use --out');
    const { dir, name } = parse(source.path);
    return format({ dir, name, ext: `.${this.#extension}` });
  }
}

async function textAt(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
