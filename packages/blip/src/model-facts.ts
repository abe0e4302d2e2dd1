import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlipConfig } from './checkpoint/config.js';
import type { GenerationFields } from './checkpoint/generation-config.js';
import type { ModelCard } from './checkpoint/model-card.js';
import type { BlipTask } from './checkpoint/task.js';
import type { Precision } from './model/weight-format.js';
import type { Device, PrecisionCheck } from './precision.js';
import { unusableGraphs } from './unusable-graphs.js';

/** Raised whenever the graphs change, so that folders built by an older version are built anew; the end of their names. */
export const graphsVersion = 10;

/** What there is to know of a built model; kept as model.json beside its graphs. */
export interface ModelFacts {
  /** The name that users know the model by. */
  readonly model: string;
  /** Identifies the checkpoint by its content: 12 hexadecimal digits. */
  readonly revision: string;
  readonly task: BlipTask;
  /** Pixels on each side of the square input. */
  readonly imageSize: number;
  /** Longest sequence that can be decoded, bos and prompt included, in tokens. */
  readonly positionsMax: number;
  /** Tokens that the decoder scores, which may be more than the tokenizer has. */
  readonly vocabSize: number;
  readonly precision: Precision;
  readonly device: Device;
  /** How far this precision is from fp32; null for fp32 itself. */
  readonly check: PrecisionCheck | null;
  /** Why `auto` took this precision here; not stored, and absent where a precision was asked for by name. */
  readonly precisionReason?: string;
  /** blipq.json; empty where the model has none. */
  readonly card: ModelCard;
  /** generation_config.json and text_config's legacy generation fields, under transformers' names. */
  readonly generationConfig: GenerationFields;
  readonly textConfig: GenerationFields;
  readonly bosTokenId: number;
  readonly sepTokenId: number;
  /** Whether decoding joins "isn ' t" to "isn't" (tokenizer_config.json). */
  readonly cleanUpSpaces: boolean;
  /** The text of tokenizer.json, kept as a file of its own. */
  readonly tokenizerJson: string;
}

const modelFile = 'model.json';
const tokenizerFile = 'tokenizer.json';

/** The facts of a checkpoint that was built. */
export function modelFacts(
  build: Pick<
    ModelFacts,
    'model' | 'revision' | 'precision' | 'device' | 'check' | 'card' | 'cleanUpSpaces' | 'tokenizerJson'
  >,
  config: BlipConfig,
): ModelFacts {
  return {
    ...build,
    task: config.task,
    imageSize: config.vision.imageSize,
    positionsMax: config.text.positions,
    vocabSize: config.text.vocabSize,
    generationConfig: config.generationConfig,
    textConfig: config.textGeneration,
    bosTokenId: config.text.bosTokenId,
    sepTokenId: config.text.sepTokenId,
  };
}

export async function writeModelFacts(folder: string, { tokenizerJson, ...facts }: ModelFacts): Promise<void> {
  await writeFile(join(folder, tokenizerFile), tokenizerJson);
  await writeFile(join(folder, modelFile), `${JSON.stringify(facts, null, 2)}\n`);
}

/** @throws ModelError `graphs_unusable` */
export async function readModelFacts(folder: string): Promise<ModelFacts> {
  try {
    const [facts, tokenizerJson] = await Promise.all(
      [modelFile, tokenizerFile].map((name) => readFile(join(folder, name), 'utf8')),
    );
    // Graphs of a version that knew no cards are of models without one.
    return { card: {}, ...JSON.parse(facts!), tokenizerJson };
  } catch (error) {
    throw unusableGraphs(folder, error);
  }
}
