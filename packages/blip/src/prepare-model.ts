import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { DataFile, Graph, writeModel } from '@blipq/onnx-graph';
import { type Checkpoint, openCheckpoint } from './checkpoint/checkpoint.js';
import { type BlipConfig, readBlipConfig } from './checkpoint/config.js';
import { readJson } from './checkpoint/json-file.js';
import { StateDict } from './checkpoint/state-dict.js';
import { contentHash } from './content-hash.js';
import { beamDecoder } from './model/beam-decoder.js';
import { greedyDecoder } from './model/greedy-decoder.js';
import { Weights } from './model/linear.js';
import { visionEncoder } from './model/vision-encoder.js';
import { ModelError } from './model-error.js';
import { captioningFacts, writeModelFacts } from './model-facts.js';

export const encoderFile = 'encoder.onnx';
export const greedyDecoderFile = 'greedy-decoder.onnx';
export const beamDecoderFile = 'beam-decoder.onnx';

/** Raised whenever the graphs change, so that folders built by an older version are built anew. */
const BUILD_VERSION = 1;

export interface PrepareProgress {
  readonly phase: 'hash' | 'encoder' | 'decoder';
  readonly bytesDone: number;
}

export interface PrepareOptions {
  /** A Hugging Face model folder: config.json, weights, tokenizer.json, preprocessor_config.json. */
  readonly checkpoint: string;
  /** Where built graphs are kept, a folder for each content. */
  readonly cacheDir: string;
  /** What users call the model; the folder's name where it is not given. */
  readonly name?: string;
  readonly onProgress?: (progress: PrepareProgress) => void;
}

/**
 * Builds a checkpoint's graphs, unless that very content was built before, and returns their folder. The folder
 * appears whole or not at all: it is written under another name and renamed.
 *
 * @throws ModelError when the checkpoint is not a BLIP captioning model that can be built
 */
export async function prepareModel(options: PrepareOptions): Promise<string> {
  const source = resolve(options.checkpoint);
  const name = options.name ?? basename(source);
  const checkpoint = await openCheckpoint(source);
  try {
    const config = await readBlipConfig(source, checkpoint.tensors.keys());
    if (config.task !== 'captioning') {
      throw new ModelError(
        'checkpoint_refused',
        `${source} is a BLIP model for ${config.task}; captions need a BlipForConditionalGeneration checkpoint`,
      );
    }
    const tokenizer = await readTokenizer(source);
    const revision = await contentHash(source, checkpoint.files, options);
    const folder = join(options.cacheDir, `${safeName(name)}-${revision}-v${BUILD_VERSION}`);
    if (existsSync(folder)) return folder;
    await intoFolder(folder, async (temporary) => {
      await writeGraphs(temporary, config, checkpoint, options.onProgress);
      await writeModelFacts(temporary, captioningFacts({ model: name, revision, ...tokenizer }, config));
    });
    return folder;
  } finally {
    await checkpoint.close();
  }
}

async function readTokenizer(source: string) {
  const path = join(source, 'tokenizer.json');
  if (!existsSync(path)) throw new ModelError('checkpoint_missing', `${path} does not exist`);
  const settings = (await readJson(join(source, 'tokenizer_config.json'))) as Record<string, unknown> | undefined;
  return {
    tokenizerJson: await readFile(path, 'utf8'),
    cleanUpSpaces: settings?.clean_up_tokenization_spaces === true,
  };
}

async function writeGraphs(
  folder: string,
  config: BlipConfig,
  checkpoint: Checkpoint,
  onProgress: PrepareOptions['onProgress'],
): Promise<void> {
  const tensors = new StateDict(checkpoint);
  const encoder = encoderGraph(config, tensors);
  const textWeights = (graph: Graph) => new Weights(graph, tensors, 'text_decoder.');
  const greedy = greedyDecoder(config, textWeights);
  const beam = beamDecoder(config, textWeights);
  tensors.finish();

  // The decoders differ in how they search, not in their weights: they share a data file.
  const parts = [
    { phase: 'encoder', data: 'encoder.data', graphs: { [encoderFile]: encoder } },
    { phase: 'decoder', data: 'decoder.data', graphs: { [greedyDecoderFile]: greedy, [beamDecoderFile]: beam } },
  ] as const;
  for (const { phase, data, graphs } of parts) {
    const dataFile = await DataFile.create(join(folder, data));
    try {
      for (const [file, graph] of Object.entries(graphs)) {
        await writeModel(graph, join(folder, file), dataFile, ({ bytesDone }) => onProgress?.({ phase, bytesDone }));
      }
    } finally {
      await dataFile.close();
    }
  }
}

/** pixels uint8 [B, S, S, 3] → image_embeds float32 [B, N, D] */
function encoderGraph(config: BlipConfig, tensors: StateDict): Graph {
  const { imageSize } = config.vision;
  const graph = new Graph('encoder');
  const pixels = graph.input('pixels', 'uint8', ['B', imageSize, imageSize, 3]);
  graph.output('image_embeds', visionEncoder(pixels, config, new Weights(graph, tensors, 'vision_model.')));
  return graph;
}

/** Has `write` fill a folder of a passing name, which then becomes `folder`. */
async function intoFolder(folder: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const parent = join(folder, '..');
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const temporary = await mkdtemp(join(parent, temporaryName(process.pid)));
  try {
    await write(temporary);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another process may have built the same content meanwhile: then its folder is as good as ours.
    if (!existsSync(folder)) throw error;
  }
}

function temporaryName(pid: number | string): string {
  return `.building-${hostname()}-${pid}-`;
}

/** Removes what builds of this machine left behind when they were killed. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    if (!entry.startsWith(temporaryName('').slice(0, -1))) continue;
    const pid = Number(entry.slice(temporaryName('').length - 1).split('-')[0]);
    if (!isRunning(pid)) await rm(join(parent, entry), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function safeName(name: string): string {
  return name.replaceAll(/[^\w.-]+/g, '--');
}
