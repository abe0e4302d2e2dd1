import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { HubFile } from './hub-client.js';

/** A file on its way: its first bytes on disk, and the hash of them. */
export class PartialFile {
  readonly #file: HubFile;
  readonly #handle: FileHandle;
  #hash: Hash;
  #size = 0;

  private constructor(file: HubFile, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
    this.#hash = startOfHash(file);
  }

  /** Takes up what an earlier download left at `path`, which is read once for its hash. */
  static async open(path: string, file: HubFile): Promise<PartialFile> {
    const partial = new PartialFile(file, await open(path, 'a+'));
    const { size } = await partial.#handle.stat();
    if (size > file.size) await partial.restart();
    else if (size > 0) for await (const part of createReadStream(path)) partial.#take(part);
    return partial;
  }

  /** Bytes that are there. */
  get size(): number {
    return this.#size;
  }

  get isWhole(): boolean {
    return this.#size === this.#file.size;
  }

  /** Whether the bytes are those that the Hub has. */
  get isRight(): boolean {
    return this.isWhole && this.#hash.copy().digest('hex') === this.#file.hash;
  }

  async append(part: Uint8Array): Promise<void> {
    await this.#handle.appendFile(part);
    this.#take(part);
  }

  async restart(): Promise<void> {
    await this.#handle.truncate(0);
    this.#hash = startOfHash(this.#file);
    this.#size = 0;
  }

  /** Makes sure that a name given to it later never outlives its content in a power cut. */
  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #take(part: Uint8Array): void {
    this.#hash.update(part);
    this.#size += part.length;
  }
}

function startOfHash({ algorithm, size }: HubFile): Hash {
  return algorithm === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
}
