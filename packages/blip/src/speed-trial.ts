import { AnswerModel } from './answer-model.js';
import type { BlipConfig } from './checkpoint/config.js';
import { type BlipModel, loadModel } from './load-model.js';
import type { Precision } from './model/weight-format.js';
import { sampleImages } from './sample-images.js';
import { runOnce } from './warm-up.js';

/** Shortened models, by precision: their folders. */
export type Trials = Partial<Record<Precision, string>>;
/** How many times as fast as fp32 each precision is. */
export type Speeds = Partial<Record<Precision, number>>;

/** A caption of the default length, an answer as most are. */
const tokensOf = (model: BlipModel): number => (model instanceof AnswerModel ? 3 : 20);

/** Rounds in which every precision runs once, in turn: as many as fit into so many milliseconds, within these limits. */
const [roundsMin, roundsMax, trialMs] = [3, 15, 5000];

/**
 * A model of one layer of each kind: what precisions are timed on. It takes a few percent of the memory, disk and time
 * of the whole, and the layers that are left out are alike.
 */
export function shortened(config: BlipConfig): BlipConfig {
  return { ...config, vision: { ...config.vision, layers: 1 }, text: { ...config.text, layers: 1 } };
}

/** How many times as long as in its shortened form each part of a model takes. */
export interface Lengthening {
  readonly encoder: number;
  readonly text: number;
}

/** Layers count alike; a decoder has the projection onto the vocabulary beside them, whatever their number. */
export function lengthening({ vision, text, task }: BlipConfig): Lengthening {
  const layer = text.hiddenSize * (6 * text.hiddenSize + 2 * text.intermediateSize);
  const head = task === 'image_text_retrieval' ? 0 : text.hiddenSize * text.vocabSize;
  return { encoder: vision.layers, text: (text.layers * layer + head) / (layer + head) };
}

/**
 * Times shortened models against each other on this machine. A busy machine slows down a whole round, so precisions are
 * compared within each round, and the median of the rounds counts.
 */
export async function measureSpeeds(
  trials: Trials,
  { encoder, text }: Lengthening,
  threads: number,
  onProgress?: () => void,
): Promise<Speeds> {
  const models: [Precision, BlipModel][] = [];
  for (const [precision, folder] of Object.entries(trials)) {
    models.push([precision as Precision, await loadModel(folder, { threads })]);
  }
  const [image] = await sampleImages(models[0]![1].facts.imageSize);
  const rounds: Map<Precision, number>[] = [];
  let round = 0;
  const runAll = async () => {
    // An image that was seen before might be remembered.
    image![0] = round++;
    const costs = new Map<Precision, number>();
    for (const [precision, model] of models) {
      const { encodeMs, decodeMs } = await runOnce(model, image!, tokensOf(model));
      costs.set(precision, encodeMs * encoder + decodeMs * text);
      onProgress?.();
    }
    return costs;
  };
  await runAll();
  const startedMs = performance.now();
  while (rounds.length < roundsMin || (rounds.length < roundsMax && performance.now() - startedMs < trialMs)) {
    rounds.push(await runAll());
  }
  for (const [, model] of models) await model.release();
  const speed = (precision: Precision) => median(rounds.map((costs) => costs.get('fp32')! / costs.get(precision)!));
  return Object.fromEntries(models.map(([precision]) => [precision, speed(precision)]));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
