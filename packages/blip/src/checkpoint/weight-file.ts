import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ModelError } from '../model-error.js';

/** One call to read(2) never asks for more than this; the kernel's own limit is just under 2 GiB. */
const READ_BYTES_MAX = 64 * 2 ** 20;

/** How a file begins that git would fetch from elsewhere; the whole pointer is some 130 bytes. */
const LFS_POINTER = 'version https://git-lfs';
/** How a page begins that a browser or curl saved in place of a file. */
const WEB_PAGE = /^\s*<(!doctype|html)/i;
/** Enough to tell either, or the first brace of a safetensors header behind its length. */
const START_BYTES = 32;

/** A regular file of a checkpoint, open for reads at positions that never go past its end. */
export class WeightFile {
  readonly path: string;
  /** The file's name inside its folder, for messages. */
  readonly name: string;
  /** Bytes in the file when it was opened. */
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(path: string, size: number, handle: FileHandle) {
    this.path = path;
    this.name = basename(path);
    this.size = size;
    this.#handle = handle;
  }

  /** @throws ModelError `checkpoint_missing` or `checkpoint_unreadable` */
  static async open(path: string): Promise<WeightFile> {
    try {
      // Asked before opening, because opening a named pipe would wait for a writer.
      if (!(await stat(path)).isFile()) throw new ModelError('checkpoint_unreadable', `${path} is not a regular file`);
      const handle = await open(path, 'r');
      const file = new WeightFile(path, (await handle.stat()).size, handle);
      await file.#refuseStandIn().catch(async (error) => {
        await file.close();
        throw error;
      });
      return file;
    } catch (error) {
      throw fileError(path, error);
    }
  }

  /** Refuses what stands in a file's place, and a file of weights that has the name of another form. */
  async #refuseStandIn(): Promise<void> {
    const start = (await this.read(0, Math.min(this.size, START_BYTES))).toString('latin1');
    if (start.startsWith(LFS_POINTER)) {
      throw new ModelError('checkpoint_missing', `${this.path} is a Git LFS pointer; fetch the file with git lfs pull`);
    }
    if (WEB_PAGE.test(start)) {
      throw new ModelError('checkpoint_invalid', `${this.path} is a web page; download the file itself: hf download`);
    }
    const isSafetensors = this.name.endsWith('.safetensors');
    if (isSafetensors && start.startsWith('PK')) {
      throw this.refused(`it was written by torch.save; rename it: mv '${this.name}' pytorch_model.bin`);
    }
    if (!isSafetensors && start.slice(8, 10) === '{"') {
      throw this.refused(`it is a safetensors file; rename it: mv '${this.name}' model.safetensors`);
    }
  }

  /** Fills `target` with the bytes from `position` on. */
  async readInto(target: Uint8Array, position: number): Promise<void> {
    if (!(position >= 0 && position + target.byteLength <= this.size)) {
      throw this.invalid(`bytes ${position} to ${position + target.byteLength} lie outside the file`);
    }
    for (let done = 0; done < target.byteLength; ) {
      const length = Math.min(target.byteLength - done, READ_BYTES_MAX);
      const { bytesRead } = await this.#handle.read(target, done, length, position + done).catch((error) => {
        throw fileError(this.path, error);
      });
      if (bytesRead === 0) throw this.invalid('the file became shorter while it was read');
      done += bytesRead;
    }
  }

  /** `length` bytes from `position` on, at the start of a buffer of their own. The caller bounds `length`. */
  async read(position: number, length: number): Promise<Buffer> {
    if (!(length >= 0 && length <= this.size)) throw this.invalid(`${length} bytes are more than the file holds`);
    const bytes = Buffer.from(new ArrayBuffer(length));
    await this.readInto(bytes, position);
    return bytes;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** A damaged or malformed file. */
  invalid(detail: string): ModelError {
    return new ModelError('checkpoint_invalid', `${this.path}: ${detail}; download the file again`);
  }

  /** A file that is well-formed but that we do not take. */
  refused(detail: string): ModelError {
    return new ModelError('checkpoint_refused', `${this.path}: ${detail}`);
  }
}

/** The ModelError for a failed file operation. */
export function fileError(path: string, error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new ModelError('checkpoint_missing', `${path} does not exist`, { cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new ModelError('checkpoint_unreadable', `${path} cannot be read: ${reason}`, { cause: error });
}
