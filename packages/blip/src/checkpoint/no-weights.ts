import { constants, existsSync } from 'node:fs';
import { access, readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ModelError } from '../model-error.js';
import { shortList } from './short-list.js';

/** What a training script leaves beside the weights. */
const leftovers =
  /^(optimizer|scheduler|scaler|sampler|random_states|rng_state|training_args|trainer_state|early_stopping)/;

const WANTED =
  'one of these is needed: model.safetensors, model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json, or one .pth file of salesforce/BLIP or LAVIS';

const TORCH = /\.(pth|pt|ckpt)$/;

/** The .pth, .pt and .ckpt files of a folder that may hold a model. */
export async function trainingFiles(folder: string): Promise<string[]> {
  return ofKind(await readdir(folder).catch(() => []), TORCH).sort();
}

function ofKind(names: readonly string[], pattern: RegExp): string[] {
  return names.filter((name) => pattern.test(name) && !leftovers.test(name));
}

/**
 * @throws ModelError where there is no such folder, or it may not be looked into, in which case it would seem empty
 */
export async function requireFolder(folder: string, mode = constants.X_OK): Promise<void> {
  const path = resolve(folder);
  try {
    if (!(await stat(folder)).isDirectory()) {
      throw new ModelError('checkpoint_missing', `${path} is no folder; name the one that holds it`);
    }
    await access(folder, mode);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? new ModelError('checkpoint_missing', `there is no folder ${path}`, { cause: error })
      : new ModelError('checkpoint_unreadable', `${path} cannot be read: ${message}`, { cause: error });
  }
}

/** The error for a folder without weights: what it holds instead, and the way to what BlipQ takes. */
export async function noWeights(folder: string): Promise<ModelError> {
  await requireFolder(folder, constants.R_OK | constants.X_OK);
  const path = resolve(folder);
  const names = (await readdir(folder)).sort();
  const found = brokenLink(path, names) ?? (await modelFolders(path, names)) ?? otherForms(names);
  return new ModelError('checkpoint_missing', `${path} holds no weights; ${found ?? WANTED}`);
}

/** A file of the Hub's cache is a link, which a copy of its folder alone leads nowhere with. */
function brokenLink(folder: string, names: readonly string[]): string | undefined {
  const broken = names.find((name) => !existsSync(join(folder, name)));
  return (
    broken && `its ${broken} is a link to a file that is not there; copy the folder with what its links lead to: cp -rL`
  );
}

/** Folders inside that hold a model. */
async function modelFolders(folder: string, names: readonly string[]): Promise<string | undefined> {
  if (names.includes('snapshots')) {
    const snapshots: string[] = await readdir(join(folder, 'snapshots')).catch(() => []);
    const main = (await readFile(join(folder, 'refs', 'main'), 'utf8').catch(() => '')).trim();
    const commit = snapshots.includes(main) ? main : snapshots.sort().at(-1);
    const snapshot = join(folder, 'snapshots', commit ?? '<commit>');
    return `it is a model's folder in the Hub's cache; its files are in ${snapshot}: name that, or owner/name, which finds it by itself`;
  }
  const cached = names.filter((name) => name.startsWith('models--'));
  if (cached.length > 0) {
    const [first] = cached;
    return `it is the Hub's cache; name a model in it as owner/name, such as ${first!.slice('models--'.length).replace('--', '/')}, with HF_HUB_CACHE set to this folder`;
  }
  const isModel = (name: string) =>
    ['config.json', 'adapter_config.json'].some((file) => existsSync(join(folder, name, file)));
  const models = names.filter(isModel);
  if (models.length === 0) return undefined;
  const steps = models.filter((name) => /^checkpoint-\d+$/.test(name)).sort((a, b) => stepOf(a) - stepOf(b));
  if (steps.length === models.length) {
    return `it is a training run's folder with ${shortList(steps)}; name one of them, such as ${join(folder, steps.at(-1)!)}, and copy the tokenizer and preprocessor_config.json of the base model into it where they are missing`;
  }
  return `it holds folders of models: ${shortList(models)}; name one of them, such as ${join(folder, models.at(-1)!)}`;
}

function stepOf(name: string): number {
  return Number(name.slice('checkpoint-'.length));
}

/** Weights under other names and in other forms. */
function otherForms(names: readonly string[]): string | undefined {
  const torch = ofKind(names, TORCH);
  if (torch.length > 1) {
    return `it holds several checkpoints: ${shortList(torch)}; put the one to serve into a folder of its own`;
  }
  const safe = ofKind(names, /\.safetensors$/);
  if (safe.length > 0) {
    return `it holds ${shortList(safe)}, which transformers would not load by this name either; rename the one to serve: mv '${safe[0]}' model.safetensors`;
  }
  const pickles = ofKind(names, /\.bin$/);
  if (pickles.length > 0) {
    return `it holds ${shortList(pickles)}; if that is a state dict, rename it: mv '${pickles[0]}' pytorch_model.bin`;
  }
  if (names.some((name) => name === 'zero_to_fp32.py' || /^global_step\d+$/.test(name))) {
    return 'it holds the shards of a DeepSpeed run; join them: python3 zero_to_fp32.py . pytorch_model.bin';
  }
  if (names.some((name) => /^(pytorch_model_fsdp|model_fsdp)/.test(name))) {
    return 'it holds the shards of an FSDP run; join them: accelerate merge-weights <that folder> .';
  }
  const foreign = ofKind(names, /\.(h5|msgpack|onnx|gguf|ggml|engine|mlmodel|tflite|nemo)$/);
  if (foreign.some((name) => /\.(h5|msgpack)$/.test(name))) {
    const from = foreign[0]!.endsWith('.h5') ? 'from_tf' : 'from_flax';
    return `it holds ${shortList(foreign)}, weights for TensorFlow or Flax; convert them with transformers 4: BlipForConditionalGeneration.from_pretrained(FOLDER, ${from}=True).save_pretrained(FOLDER)`;
  }
  const archive = names.find((name) => /\.(zip|tar|tgz|tar\.\w+)$/.test(name));
  if (archive !== undefined)
    return `it holds the archive ${archive}; unpack it and name the folder that holds config.json`;
  if (foreign.length > 0 || names.includes('onnx')) {
    return `it holds ${shortList(foreign.length > 0 ? foreign : ['onnx/'])}, a model that was exported; BlipQ makes its graphs from the weights themselves, ${WANTED}`;
  }
  return undefined;
}
