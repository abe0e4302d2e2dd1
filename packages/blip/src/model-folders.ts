import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ADAPTER_CONFIG, mergeCommand, readAdapterConfig } from './adapter/adapter-config.js';
import { hasAdapterWeights } from './adapter/adapter-tensors.js';
import { hasWeights } from './checkpoint/checkpoint.js';
import { ModelError } from './model-error.js';

/** The folders that a model is read from. */
export interface ModelFolders {
  /** Weights and config.json. */
  readonly base: string;
  /** A LoRA adapter to merge into them. */
  readonly adapter?: string;
}

/**
 * What a folder is: a model, or an adapter whose base is a folder too.
 *
 * @param adapter the adapter to merge into `checkpoint`, where both were named; then `checkpoint` is the base whatever
 *   else lies in it
 * @throws ModelError where a folder holds an adapter and weights, or an adapter whose base is not at hand
 */
export async function findModelFolders(checkpoint: string, adapter?: string): Promise<ModelFolders> {
  const folder = resolve(checkpoint);
  if (adapter !== undefined) return { base: folder, adapter: resolve(adapter) };
  if (!existsSync(join(folder, ADAPTER_CONFIG)) && !hasAdapterWeights(folder)) return { base: folder };
  if (hasWeights(folder)) {
    throw new ModelError(
      'checkpoint_refused',
      `${folder} holds a LoRA adapter (${ADAPTER_CONFIG}) beside the weights of a model, and nothing tells whether they have the adapter in them already; to serve the weights as they are, move the adapter's files away; to merge it into them, name ${folder}+${folder}`,
    );
  }
  const config = await readAdapterConfig(folder);
  if (config === undefined) {
    throw new ModelError('checkpoint_missing', `${folder} holds the weights of an adapter and no ${ADAPTER_CONFIG}`);
  }
  // Where the base was never saved, peft writes an empty name.
  const name = config.base_model_name_or_path || undefined;
  const base = name === undefined ? undefined : localFolder(name, folder);
  if (base !== undefined) return { base, adapter: folder };
  const of = name === undefined ? 'that does not name its base model' : `of ${name}, which is not a folder here`;
  throw new ModelError(
    'checkpoint_refused',
    `${folder} is a LoRA adapter ${of}; name the base with it: BLIPQ_MODEL=BASE+${folder}, or merge it: ${mergeCommand(name, folder)}`,
  );
}

/** The folder that an adapter names as its base: as it stands, or beside the adapter. */
function localFolder(name: string, adapter: string): string | undefined {
  return [resolve(name), resolve(adapter, name)].find(
    (path) => path !== adapter && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false),
  );
}
