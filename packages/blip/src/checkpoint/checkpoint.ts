import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ModelError } from '../model-error.js';
import type { Dtype } from './dtype.js';
import { openSafetensors } from './safetensors.js';
import type { StoredTensor, WeightsFile } from './stored-tensor.js';

/** The weights of a Hugging Face model folder, whatever form they have on disk. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, { readonly dtype: Dtype; readonly shape: readonly number[] }>;
  /** Absolute paths of the files that the tensors come from, an index included; hash these to identify the weights. */
  readonly files: readonly string[];
  /** The values of one tensor as float32 in C order. Holds no more than that tensor in memory. */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** @throws ModelError where the folder has no weights, or weights that are damaged or not taken */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const path = join(folder, 'model.safetensors');
  if (existsSync(path)) return new FolderCheckpoint([await openSafetensors(path)], [path]);
  throw new ModelError('checkpoint_missing', `${folder} holds no model.safetensors`);
}

class FolderCheckpoint implements Checkpoint {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly files: readonly string[];
  readonly #parts: readonly WeightsFile[];

  constructor(parts: readonly WeightsFile[], files: readonly string[]) {
    this.#parts = parts;
    this.tensors = new Map(parts.flatMap((part) => [...part.tensors]));
    this.files = files;
  }

  async read(name: string): Promise<Float32Array> {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new ModelError('checkpoint_mismatch', `the checkpoint has no tensor ${name}`);
    return await tensor.read();
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.file.close()));
  }
}
