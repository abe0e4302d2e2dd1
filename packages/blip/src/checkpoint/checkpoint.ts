import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ModelError } from '../model-error.js';
import type { Dtype } from './dtype.js';
import { noWeights, trainingFiles } from './no-weights.js';
import { originalPrefix, renamedOriginal } from './original-names.js';
import { openSafetensors } from './safetensors.js';
import { openShards } from './sharded.js';
import type { StoredTensor, WeightsFile } from './stored-tensor.js';
import { whatNamesTell } from './telling-names.js';
import { openTorchCheckpoint } from './torch-checkpoint.js';

/** The weights of a model folder under transformers' names, whatever form they have on disk. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, { readonly dtype: Dtype; readonly shape: readonly number[] }>;
  /** Absolute paths of the files that the tensors come from, an index first; hash these to identify the weights. */
  readonly files: readonly string[];
  /** Whether salesforce/BLIP or LAVIS saved it, with names and tensors of its training. */
  readonly isOriginal: boolean;
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

/** Whether a folder holds weights under one of the names that transformers gives them. */
export function hasWeights(folder: string): boolean {
  return forms.some(({ name }) => existsSync(join(folder, name)));
}

/**
 * Opens the weights in a model folder and checks everything about them but their values.
 *
 * @throws ModelError where there are none, or they are damaged or in a form that is not taken
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const form = forms.find(({ name }) => existsSync(join(folder, name)));
  if (!form) return await openOriginal(folder);
  const path = resolve(folder, form.name);
  if (form.sharded) return new FolderCheckpoint(await openShards(path, form.open), [path]);
  return new FolderCheckpoint([await form.open(path)], []);
}

/** The one .pth, .pt or .ckpt file of a folder, where the original code saved it. */
async function openOriginal(folder: string): Promise<Checkpoint> {
  const files = await trainingFiles(folder);
  if (files.length !== 1) throw await noWeights(folder);
  const path = resolve(folder, files[0]!);
  const checkpoint = new FolderCheckpoint([await openTorchCheckpoint(path)], []);
  if (checkpoint.isOriginal) return checkpoint;
  await checkpoint.close();
  throw new ModelError('checkpoint_refused', `${path}${whyNotOriginal(files[0]!, [...checkpoint.tensors.keys()])}`);
}

function whyNotOriginal(file: string, names: readonly string[]): string {
  const told = whatNamesTell(names);
  if (told !== undefined) return `: ${told}`;
  if (names.some((name) => name.includes('vision_model.encoder.layers.'))) {
    return ` has transformers' names, and where those are, weights are looked for as model.safetensors or pytorch_model.bin alone; rename it: mv '${file}' pytorch_model.bin`;
  }
  return ' is no BLIP checkpoint of salesforce/BLIP or LAVIS (it has no visual_encoder.patch_embed.proj.weight), nor one of transformers; save the model with save_pretrained(FOLDER)';
}

class FolderCheckpoint implements Checkpoint {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly files: readonly string[];
  readonly isOriginal: boolean;
  readonly #parts: readonly WeightsFile[];

  constructor(parts: readonly WeightsFile[], indexes: readonly string[]) {
    this.#parts = parts;
    const stored = parts.flatMap((part) => [...part.tensors]);
    const names = stored.map(([name]) => name);
    const prefix = originalPrefix(names);
    this.isOriginal = prefix !== undefined;
    const renamed =
      prefix === undefined ? withoutBlip(names) : (name: string) => renamedOriginal(name.slice(prefix.length));
    this.tensors = new Map(stored.map(([name, tensor]) => [renamed(name), tensor]));
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

/** Leaves out `blip.` before a name, the one prefix that from_pretrained strips (BlipPreTrainedModel.base_model_prefix). */
function withoutBlip(names: readonly string[]): (name: string) => string {
  const there = new Set(names);
  return (name) => {
    const bare = name.startsWith('blip.') ? name.slice('blip.'.length) : name;
    return there.has(bare) ? name : bare;
  };
}
