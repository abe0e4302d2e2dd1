import { adaptCheckpoint } from './adapter/adapted-checkpoint.js';
import { checkTensors } from './build-graphs.js';
import { type Checkpoint, openCheckpoint } from './checkpoint/checkpoint.js';
import { type BlipConfig, readBlipConfig } from './checkpoint/config.js';
import { type ModelCard, readModelCard } from './checkpoint/model-card.js';
import { readConfigJson } from './checkpoint/model-kind.js';
import { requireFolder } from './checkpoint/no-weights.js';
import { originalConfig } from './checkpoint/original-config.js';
import { counted } from './checkpoint/short-list.js';
import { contentHash, type HashOptions } from './content-hash.js';
import { findModelFolders, type ModelFolders } from './model-folders.js';
import { type FittedTokenizer, fitTokenizer } from './tokenizer/fit-tokenizer.js';
import { readTokenizerFile } from './tokenizer/tokenizer-file.js';

/** All that a build needs to know of a checkpoint. Its tensors are open, to be closed with `checkpoint`. */
export interface OpenModel {
  readonly folders: ModelFolders;
  readonly checkpoint: Checkpoint;
  readonly config: BlipConfig;
  readonly tokenizer: FittedTokenizer;
  readonly card: ModelCard;
}

export interface ReadOptions {
  /** A folder with a model or a LoRA adapter. */
  readonly checkpoint: string;
  /** The folder of a LoRA adapter to merge into `checkpoint`. */
  readonly adapter?: string | undefined;
  /** Told, in a sentence, what the operator should know. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Reads a model's folders in full, but for the values of its tensors, and checks that it can be served.
 *
 * @throws ModelError saying what was found, and what to do
 */
export async function readModel(options: ReadOptions): Promise<OpenModel> {
  for (const folder of [options.checkpoint, options.adapter]) if (folder !== undefined) await requireFolder(folder);
  const folders = await findModelFolders(options.checkpoint, options.adapter);
  // Another kind of model is refused before its weights are opened.
  await readConfigJson(folders.base);
  const base = await openCheckpoint(folders.base);
  let checkpoint = base;
  try {
    // What was saved with an adapter goes before what its base has.
    const adapterFirst = foldersOf(folders).toReversed();
    const tokenizerFile = await readTokenizerFile(adapterFirst, base.isOriginal);
    let config = await readBlipConfig(folders.base, base.tensors.keys(), {
      ...(base.isOriginal && { implied: () => originalConfig(base, tokenizerFile.specialIds) }),
      folders: adapterFirst,
    });
    if (folders.adapter !== undefined) {
      const { onWarning } = options;
      checkpoint = await adaptCheckpoint(base, folders.adapter, { tied: config.text.tied, onWarning });
      config = resized(config, base, checkpoint);
    }
    const tokenizer = fitTokenizer(tokenizerFile, config, options.onWarning);
    const card = await readModelCard(adapterFirst);
    const unused = checkTensors(config, checkpoint);
    if (unused.length > 0) {
      options.onWarning?.(
        `${checkpoint.files.join(', ')}: ${counted('tensors that the model has no use of were left out', unused)}`,
      );
    }
    return { folders, checkpoint, config, tokenizer, card };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}

const WORDS = 'text_decoder.bert.embeddings.word_embeddings.weight';

/** An adapter that brings embeddings of its own decides how many there are. */
function resized(config: BlipConfig, base: Checkpoint, adapted: Checkpoint): BlipConfig {
  const [before, after] = [base, adapted].map(({ tensors }) => tensors.get(WORDS)?.shape[0]);
  return after === undefined || after === before ? config : { ...config, text: { ...config.text, vocabSize: after } };
}

/** Identifies a model by the content of its files: 12 hexadecimal digits. */
export async function revisionOf({ folders, checkpoint }: OpenModel, options: HashOptions): Promise<string> {
  return await contentHash(foldersOf(folders), checkpoint.files, options);
}

function foldersOf({ base, adapter = base }: ModelFolders): string[] {
  return adapter === base ? [base] : [base, adapter];
}
