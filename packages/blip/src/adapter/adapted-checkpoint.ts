import { resolve } from 'node:path';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { counted } from '../checkpoint/short-list.js';
import { elementCount, type StoredTensor } from '../checkpoint/stored-tensor.js';
import { transposed } from '../model/quantize.js';
import { ModelError } from '../model-error.js';
import { ADAPTER_CONFIG, type AdapterConfig, readAdapterConfig } from './adapter-config.js';
import { type AdapterTensors, type LoraTensors, openAdapterTensors } from './adapter-tensors.js';
import { addLowRank, setMagnitudes } from './merge-lora.js';
import { firstMatches } from './pattern-match.js';
import { tiedNames } from './tied-names.js';
import { untouchedTargets } from './untouched-targets.js';

/** Changes the values of a tensor in place. */
type Change = (values: Float32Array) => Promise<void>;

/**
 * A base model with a LoRA adapter merged into it, as peft's merge_and_unload does: rank, alpha, rsLoRA and their patterns,
 * DoRA, trained biases, modules_to_save, trained tokens. A tensor is merged when it is read.
 *
 * @param tied whether the base's configuration ties its head to its word embeddings
 * @throws ModelError where the adapter is damaged, of another kind, or does not fit the base
 */
export async function adaptCheckpoint(
  base: Checkpoint,
  folder: string,
  { tied, onWarning }: { tied: boolean; onWarning?: ((message: string) => void) | undefined },
): Promise<Checkpoint> {
  const path = resolve(folder, ADAPTER_CONFIG);
  const config = await readAdapterConfig(folder);
  if (config === undefined) throw new ModelError('checkpoint_missing', `${path} does not exist, so it is no adapter`);
  const adapter = await openAdapterTensors(folder);
  try {
    const names = await tiedNames(base, tied, (name) => touches(adapter, name));
    const merged = new AdaptedCheckpoint(base, path, config, adapter, names);
    const untouched = untouchedTargets(config, base, adapter);
    if (untouched.length > 0) {
      onWarning?.(
        `${adapter.file.path} has no tensors for ${counted('of the modules that it targets', untouched)}; they stay as in the base`,
      );
    }
    return merged;
  } catch (error) {
    await adapter.file.close();
    throw error;
  }
}

/** Whether an adapter changes the tensor `name`. */
function touches({ lora, whole, rows }: AdapterTensors, name: string): boolean {
  const module = name.replace(/\.(weight|bias)$/, '');
  return lora.has(module) || rows.has(module) || whole.has(name);
}

class AdaptedCheckpoint implements Checkpoint {
  readonly tensors: Checkpoint['tensors'];
  readonly files: readonly string[];
  readonly isOriginal: boolean;
  readonly #base: Checkpoint;
  readonly #adapter: AdapterTensors;
  readonly #whole = new Map<string, StoredTensor>();
  readonly #changes = new Map<string, Change[]>();
  readonly #path: string;

  constructor(
    base: Checkpoint,
    path: string,
    config: AdapterConfig,
    adapter: AdapterTensors,
    names: (name: string) => readonly string[],
  ) {
    this.#base = base;
    this.#path = path;
    this.#adapter = adapter;
    this.files = [...base.files, path, adapter.file.path];
    this.isOriginal = base.isOriginal;
    this.#replaceTensors(config, names);
    this.#mergeLora(config, names);
    this.#replaceRows(config, names);
    const tensors = new Map(base.tensors);
    for (const [name, tensor] of this.#whole) tensors.set(name, tensor);
    // What is merged is computed in float32, whatever the base is stored as.
    for (const name of this.#changes.keys()) tensors.set(name, { ...tensors.get(name)!, dtype: 'F32' });
    this.tensors = tensors;
  }

  #replaceTensors({ modules_to_save }: AdapterConfig, names: (name: string) => readonly string[]): void {
    for (const [name, tensor] of this.#adapter.whole) {
      // A module that was saved whole is a copy, and no longer tied to anything.
      const isCopy = modules_to_save.some((module) => `.${name}`.includes(`.${module}.`));
      for (const target of isCopy ? [name] : names(name)) this.#whole.set(target, tensor);
    }
  }

  #mergeLora(config: AdapterConfig, names: (name: string) => readonly string[]): void {
    const { lora } = this.#adapter;
    const modules = [...lora.keys()];
    const ranks = firstMatches(this.#path, Object.keys(config.rank_pattern), modules);
    const alphas = firstMatches(this.#path, Object.keys(config.alpha_pattern), modules);
    for (const [module, tensors] of lora) {
      const rank = config.rank_pattern[ranks.get(module) ?? ''] ?? config.r;
      const alpha = config.alpha_pattern[alphas.get(module) ?? ''] ?? config.lora_alpha;
      const scale = alpha / (config.use_rslora ? Math.sqrt(rank) : rank);
      const targets = names(`${module}.weight`);
      const change = this.#loraChange(module, this.#shapeOf(targets[0]!), tensors, { rank, scale });
      for (const target of targets) this.#change(target, change);
      if (tensors.bias !== undefined) this.#addBias(names(`${module}.bias`), tensors.bias, scale);
    }
  }

  #addBias(names: readonly string[], bias: StoredTensor, scale: number): void {
    for (const name of names) {
      if (String(this.#shapeOf(name)) !== String(bias.shape)) {
        const shapes = `is [${this.#shapeOf(name)}] in the base and [${bias.shape}] here`;
        throw new ModelError('checkpoint_mismatch', `${this.#adapter.file.path}: ${name} ${shapes}`);
      }
      this.#change(name, async (values) => {
        const added = await bias.read();
        for (const [index, value] of added.entries()) values[index]! += value * scale;
      });
    }
  }

  /** Checks the factors of a module against its weight's shape [out, ...]. */
  #loraChange(
    module: string,
    shape: readonly number[],
    { a, b, magnitude, isEmbedding }: LoraTensors,
    { rank, scale }: { rank: number; scale: number },
  ): Change {
    const file = this.#adapter.file;
    if (a === undefined || b === undefined) throw file.invalid(`${module} has one half of lora_A and lora_B alone`);
    const [out, ...rest] = shape;
    const width = elementCount(rest)!;
    const [left, right] = isEmbedding ? [a, b] : [b, a];
    const sizes = [elementCount(left.shape), elementCount(right.shape), a.shape[0], b.shape[1]];
    if (String(sizes) !== String([out! * rank, rank * width, rank, rank])) {
      throw new ModelError(
        'checkpoint_mismatch',
        `${file.path}: lora_A [${a.shape}] and lora_B [${b.shape}] of ${module} do not fit rank ${rank} and the base's [${[out, ...rest]}]; is this the adapter's base?`,
      );
    }
    const count = isEmbedding ? width : out!;
    const given = magnitude && elementCount(magnitude.shape);
    if (given !== undefined && given !== count) {
      throw file.invalid(`lora_magnitude_vector of ${module} has ${given} values where ${count} are due`);
    }
    return async (values) => {
      const [valuesA, valuesB] = [await a.read(), await b.read()];
      // An embedding is changed by (B·A)ᵀ, where A is [r, vocabulary] and B [D, r].
      const factors = isEmbedding
        ? { left: transposed(valuesA, rank, out!), right: transposed(valuesB, width, rank) }
        : { left: valuesB, right: valuesA };
      addLowRank(values, { ...factors, rank, scale });
      if (magnitude) setMagnitudes(values, await magnitude.read(), isEmbedding ? 'columns' : 'rows');
    };
  }

  #replaceRows({ trainable_token_indices: indices }: AdapterConfig, names: (name: string) => readonly string[]): void {
    for (const [module, rows] of this.#adapter.rows) {
      const targets = names(`${module}.weight`);
      const [count, width] = this.#shapeOf(targets[0]!) as [number, number];
      const at = Array.isArray(indices)
        ? indices
        : Object.entries(indices ?? {}).find(([key]) => `.${module}`.endsWith(`.${key}`))?.[1];
      if (at === undefined || String(rows.shape) !== String([at.length, width]) || at.some((row) => row >= count)) {
        throw this.#adapter.file.invalid(`the trained tokens of ${module} are not those of trainable_token_indices`);
      }
      const change: Change = async (values) => {
        const trained = await rows.read();
        for (const [index, row] of at.entries())
          values.set(trained.subarray(index * width, (index + 1) * width), row * width);
      };
      for (const target of targets) this.#change(target, change);
    }
  }

  #change(name: string, change: Change): void {
    this.#changes.set(name, [...(this.#changes.get(name) ?? []), change]);
  }

  /** The shape of a tensor that is changed: the base's, or that which stands for it. */
  #shapeOf(name: string): readonly number[] {
    const shape = (this.#whole.get(name) ?? this.#base.tensors.get(name))?.shape;
    if (shape !== undefined) return shape;
    throw new ModelError(
      'checkpoint_mismatch',
      `${this.#adapter.file.path} changes ${name}, which ${this.#base.files.join(', ')} has not; is this the adapter's base?`,
    );
  }

  async read(name: string): Promise<Float32Array> {
    const values = await (this.#whole.get(name)?.read() ?? this.#base.read(name));
    for (const change of this.#changes.get(name) ?? []) await change(values);
    return values;
  }

  async close(): Promise<void> {
    await Promise.all([this.#base.close(), this.#adapter.file.close()]);
  }
}
