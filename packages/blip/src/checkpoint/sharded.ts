import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../model-error.js';
import { parseConfig, readJson } from './json-file.js';
import type { WeightsFile } from './stored-tensor.js';

/** Published BLIP models have one or two. */
const SHARDS_MAX = 1_000;

/** A plain name in the index's own folder, so that an index cannot point anywhere else. */
const shardName = z
  .string()
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/, 'must be the plain name of a file beside the index');

const shardIndex = z.object({ weight_map: z.record(z.string(), shardName) });

/**
 * Names of parameters that have two, of which a saver may store one and list both, or the other way round
 * (_tied_weights_keys in modeling_blip.py).
 */
const TIED =
  /(^|\.)(cls\.predictions\.(decoder\.weight|decoder\.bias|bias)|embeddings\.(word_embeddings\.weight|position_ids))$/;

/**
 * Opens the shards that an index (`*.index.json`) lists, each with `openShard`. Every tensor must be in the shard that
 * the index says and nowhere else; of a parameter with two names, either may be left out of the shard or of the index.
 *
 * @throws ModelError naming the index or the shard
 */
export async function openShards(
  indexPath: string,
  openShard: (path: string) => Promise<WeightsFile>,
): Promise<WeightsFile[]> {
  const { weight_map: weightMap } = parseConfig(indexPath, shardIndex, await readJson(indexPath));
  const expected = new Map<string, string[]>();
  for (const [tensor, name] of Object.entries(weightMap)) {
    const tensors = expected.get(name);
    if (tensors) tensors.push(tensor);
    else expected.set(name, [tensor]);
  }
  if (expected.size > SHARDS_MAX)
    throw new ModelError('checkpoint_refused', `${indexPath} lists ${expected.size} files`);
  const shards: WeightsFile[] = [];
  try {
    for (const [name, tensors] of expected) {
      const shard = await openShard(join(dirname(indexPath), name));
      shards.push(shard);
      checkNames(indexPath, shard, tensors);
    }
    return shards;
  } catch (error) {
    await Promise.all(shards.map((shard) => shard.file.close()));
    throw error;
  }
}

function checkNames(indexPath: string, { file, tensors }: WeightsFile, expected: readonly string[]): void {
  const listed = new Set(expected);
  const missing = expected.find((name) => !tensors.has(name) && !TIED.test(name));
  const extra = [...tensors.keys()].find((name) => !listed.has(name) && !TIED.test(name));
  const problem = missing ? `lacks the tensor ${missing}` : extra && `holds the tensor ${extra} as well`;
  if (problem) {
    throw new ModelError('checkpoint_invalid', `${file.path} ${problem}; it does not belong to ${indexPath}`);
  }
}
