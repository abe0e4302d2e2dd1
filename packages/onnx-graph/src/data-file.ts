import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';

/** Weights start on a page, so that onnxruntime can map them. */
const PAGE_BYTES = 4096;

/** A file of weights that one or several models refer to. Equal weights are written once. */
export class DataFile {
  /** Name without folder: models refer to the file by it. */
  readonly name: string;
  readonly #file: FileHandle;
  readonly #offsets = new Map<string, number>();
  #length = 0;

  private constructor(path: string, file: FileHandle) {
    this.name = basename(path);
    this.#file = file;
  }

  static async create(path: string): Promise<DataFile> {
    return new DataFile(path, await open(path, 'w'));
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Writes `bytes`, unless the file has them already, and tells where they start. */
  async add(bytes: Uint8Array): Promise<number> {
    const hash = createHash('sha256').update(bytes).digest('base64');
    const known = this.#offsets.get(hash);
    if (known !== undefined) return known;
    const offset = Math.ceil(this.#length / PAGE_BYTES) * PAGE_BYTES;
    // A full disk shows as a write of fewer bytes before it shows as an error.
    for (let done = 0; done < bytes.length; ) {
      done += (await this.#file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
    }
    this.#offsets.set(hash, offset);
    this.#length = offset + bytes.length;
    return offset;
  }

  /** Closes the file when all of it is on disk. */
  async close(): Promise<void> {
    try {
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
  }
}
