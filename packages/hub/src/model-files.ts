import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { HubError } from './hub-error.js';

/** What is needed beside the weights, as far as a repository has it. */
export const smallFiles = [
  'adapter_config.json',
  'added_tokens.json',
  'blipq.json',
  'config.json',
  'generation_config.json',
  'preprocessor_config.json',
  'processor_config.json',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.txt',
];

/** The forms in which weights are published, the preferred one first. An index names the files that hold them. */
export const weightForms = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];

/** The forms in which peft saves an adapter, the preferred one first. */
export const adapterForms = ['adapter_model.safetensors', 'adapter_model.bin'];

const adapterConfig = z.object({ base_model_name_or_path: z.string().nullish(), revision: z.string().nullish() });

/** What an adapter is made for. */
export interface AdapterBase {
  /** As peft wrote it: a repository, or a path of the machine that the adapter was trained on. */
  readonly name: string | undefined;
  readonly revision: string | undefined;
}

/** What the adapter_config.json in a folder names as its base. @throws HubError `repo_unusable` */
export async function adapterBase(folder: string): Promise<AdapterBase> {
  const path = join(folder, 'adapter_config.json');
  const parsed = adapterConfig.safeParse(await readJson(path));
  if (!parsed.success) throw new HubError('repo_unusable', `${path} is not the configuration of an adapter`);
  const { base_model_name_or_path: name, revision } = parsed.data;
  return { name: name || undefined, revision: revision || undefined };
}

/** Whether a folder is an adapter and no model. */
export async function isAdapter(folder: string): Promise<boolean> {
  const has = (file: string) => isFile(join(folder, file));
  if (!(await has('adapter_config.json'))) return false;
  return !(await Promise.all(weightForms.map(has))).includes(true);
}

/** Whether a snapshot holds a whole adapter. */
export async function isWholeAdapter(has: (file: string) => Promise<boolean>): Promise<boolean> {
  return (await has('adapter_config.json')) && (await Promise.all(adapterForms.map(has))).includes(true);
}

export function isIndex(form: string): boolean {
  return form.endsWith('.index.json');
}

/** A plain name, so that an index cannot point out of the folder. */
const shardName = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
const shardIndex = z.object({ weight_map: z.record(z.string(), shardName) });

/**
 * The files that the index in a folder names.
 *
 * @throws HubError `repo_unusable`
 */
export async function shardsOf(folder: string, index: string): Promise<string[]> {
  const parsed = shardIndex.safeParse(await readJson(join(folder, index)));
  if (!parsed.success) throw new HubError('repo_unusable', `${join(folder, index)} is not an index of weights`);
  return [...new Set(Object.values(parsed.data.weight_map))];
}

/**
 * Whether a snapshot holds a whole model, as far as that can be told without asking the Hub.
 *
 * @param has tells whether the snapshot has a file
 */
export async function isWholeModel(folder: string, has: (file: string) => Promise<boolean>): Promise<boolean> {
  if (!(await has('config.json'))) return false;
  if (!(await has('tokenizer.json')) && !(await has('vocab.txt'))) return false;
  return (await weightsOnDisk(folder, has)) !== undefined;
}

/** The form of which a snapshot has everything, if there is one. */
export async function weightsOnDisk(
  folder: string,
  has: (file: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const form of weightForms) {
    if (!(await has(form))) continue;
    const shards = isIndex(form) ? await shardsOf(folder, form) : [];
    const there = await Promise.all(shards.map(has));
    if (!there.includes(false)) return form;
  }
  return undefined;
}

/**
 * Refuses another kind of model by its config.json, before its weights are downloaded.
 *
 * @throws HubError `repo_unusable`
 */
export async function requireBlip(folder: string, repo: string): Promise<void> {
  const config = z.object({ model_type: z.string().optional() }).safeParse(await readJson(join(folder, 'config.json')));
  const type = config.data?.model_type;
  if (!config.success) throw new HubError('repo_unusable', `${repo}: its config.json is not a model's configuration`);
  if (type !== undefined && type !== 'blip') {
    throw new HubError('repo_unusable', `${repo} is a ${JSON.stringify(type)} model; BlipQ runs BLIP models only`);
  }
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
