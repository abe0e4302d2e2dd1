import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { GenerationFields } from './checkpoint/generation-config.js';
import { elementCount } from './checkpoint/stored-tensor.js';
import type { BlipTask } from './checkpoint/task.js';
import { graphsVersion, type ModelFacts, readModelFacts } from './model-facts.js';
import type { PrepareOptions } from './prepare-model.js';
import { readModel, revisionOf } from './read-model.js';

/** A folder of graphs, and what they are. */
export type BuiltGraphs = { readonly folder: string } & Omit<ModelFacts, 'tokenizerJson'>;

/** What there is to know of a checkpoint without building it. */
export interface CheckpointReport {
  /** Identifies the checkpoint by its content: 12 hexadecimal digits. */
  readonly revision: string;
  readonly task: BlipTask;
  /** The files that hold the weights, an index first. */
  readonly weightFiles: readonly string[];
  /** Of those files together. */
  readonly weightBytes: number;
  readonly tensors: number;
  /** Values in all tensors; a parameter that is stored under two names counts twice. */
  readonly parameters: number;
  /** How the values are stored, such as F16. */
  readonly dtypes: readonly string[];
  /** Pixels on each side of the square input. */
  readonly imageSize: number;
  /** Longest sequence that can be decoded, bos and prompt included, in tokens. */
  readonly positionsMax: number;
  readonly generationConfig: GenerationFields;
  readonly textConfig: GenerationFields;
  /** The folder of the LoRA adapter that is merged in; null where there is none. */
  readonly adapterFolder: string | null;
  /** What this version built of it and is in the cache folder. */
  readonly built: readonly BuiltGraphs[];
}

/**
 * Reads a model folder's configuration and the list of its tensors, for any of BLIP's tasks, and checks all that
 * `prepareModel` checks before it builds.
 *
 * @throws ModelError where the model cannot be served
 */
export async function inspectCheckpoint(
  options: Pick<PrepareOptions, 'checkpoint' | 'adapter' | 'cacheDir' | 'onProgress' | 'onWarning'>,
): Promise<CheckpointReport> {
  const model = await readModel(options);
  const { checkpoint, config, folders } = model;
  try {
    const revision = await revisionOf(model, options);
    const sizes = await Promise.all(checkpoint.files.map(async (path) => (await stat(path)).size));
    const tensors = [...checkpoint.tensors]
      .filter(([name]) => !name.endsWith('.position_ids'))
      .map(([, tensor]) => tensor);
    return {
      revision,
      task: config.task,
      weightFiles: checkpoint.files.map((path) => basename(path)),
      weightBytes: sizes.reduce((sum, size) => sum + size, 0),
      tensors: tensors.length,
      parameters: tensors.reduce((sum, { shape }) => sum + elementCount(shape)!, 0),
      dtypes: [...new Set(tensors.map(({ dtype }) => dtype))].sort(),
      imageSize: config.vision.imageSize,
      positionsMax: config.text.positions,
      generationConfig: config.generationConfig,
      textConfig: config.textGeneration,
      adapterFolder: folders.adapter ?? null,
      built: await graphsOf(revision, options.cacheDir),
    };
  } finally {
    await checkpoint.close();
  }
}

async function graphsOf(revision: string, cacheDir: string): Promise<BuiltGraphs[]> {
  const built: BuiltGraphs[] = [];
  for (const entry of (await readdir(cacheDir).catch(() => [])).sort()) {
    // Those of another version keep other facts, and are not used any more.
    if (entry.startsWith('.') || !entry.includes(revision) || !entry.endsWith(`-v${graphsVersion}`)) continue;
    const folder = join(cacheDir, entry);
    // A folder that is being removed, or damaged.
    const facts = await readModelFacts(folder).catch(() => undefined);
    if (facts?.revision !== revision) continue;
    const { tokenizerJson, ...rest } = facts;
    built.push({ folder, ...rest });
  }
  return built;
}
