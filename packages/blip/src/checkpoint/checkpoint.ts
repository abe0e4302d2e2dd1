import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ModelError } from '../model-error.js';
import type { Dtype } from './dtype.js';
import { openSafetensors } from './safetensors.js';
import { openShards } from './sharded.js';
import type { StoredTensor, WeightsFile } from './stored-tensor.js';
import { openTorchCheckpoint } from './torch-checkpoint.js';

/** The weights of a Hugging Face model folder, whatever form they have on disk. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, { readonly dtype: Dtype; readonly shape: readonly number[] }>;
  /** Absolute paths of the files that the tensors come from, an index first; hash these to identify the weights. */
  readonly files: readonly string[];
  /** The values of one tensor as float32 in C order. Holds no more than that tensor in memory. */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** The forms in which weights are published, the preferred one first, as in transformers. */
const forms = [
  { name: 'model.safetensors', sharded: false, open: openSafetensors },
  { name: 'model.safetensors.index.json', sharded: true, open: openSafetensors },
  { name: 'pytorch_model.bin', sharded: false, open: openTorchCheckpoint },
  { name: 'pytorch_model.bin.index.json', sharded: true, open: openTorchCheckpoint },
];

/**
 * Opens the weights in a model folder and checks everything about them but their values.
 *
 * @throws ModelError where there are none, or they are damaged or in a form that is not taken
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const form = forms.find(({ name }) => existsSync(join(folder, name)));
  if (!form) {
    await requireReadable(folder);
    const names = forms.map(({ name }) => name).join(', ');
    throw new ModelError('checkpoint_missing', `${resolve(folder)} holds no weights; one of these is needed: ${names}`);
  }
  const path = resolve(folder, form.name);
  if (form.sharded) return new FolderCheckpoint(await openShards(path, form.open), [path]);
  return new FolderCheckpoint([await form.open(path)], []);
}

/** A folder that may not be looked into seems empty. One that is not there is the caller's to tell. */
async function requireReadable(folder: string): Promise<void> {
  try {
    await access(folder, constants.R_OK | constants.X_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES') return;
    throw new ModelError('checkpoint_unreadable', `${resolve(folder)} cannot be read: ${message}`, { cause: error });
  }
}

class FolderCheckpoint implements Checkpoint {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly files: readonly string[];
  readonly #parts: readonly WeightsFile[];

  constructor(parts: readonly WeightsFile[], indexes: readonly string[]) {
    this.#parts = parts;
    this.tensors = new Map(parts.flatMap((part) => [...part.tensors]));
    this.files = [...indexes, ...parts.map((part) => part.file.path)];
  }

  async read(name: string): Promise<Float32Array> {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new ModelError('checkpoint_mismatch', `${this.files.join(', ')}: there is no tensor ${name}`);
    return await tensor.read();
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.file.close()));
  }
}
