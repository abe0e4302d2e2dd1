import { AnswerModel } from './answer-model.js';
import { type BlipModel, loadModel } from './load-model.js';
import { MatchModel } from './match-model.js';
import { isWithinBounds, type PrecisionCheck } from './precision.js';
import { sampleImages } from './sample-images.js';
import type { SessionOptions } from './session.js';

const params = { maxNewTokens: 20, minNewTokens: 0 };

/** What a model makes of a sample image: choices and their log-probabilities. */
interface Sample {
  readonly embeds: Float32Array;
  readonly choices: readonly number[];
  readonly logprobs: readonly number[];
}

/** Runs a model on the sample images in full precision and in another, and measures how far the results are apart. */
export async function comparePrecision(
  reference: { folder: string } & SessionOptions,
  candidate: { folder: string } & SessionOptions,
  onProgress?: () => void,
): Promise<PrecisionCheck> {
  const expected = await runSamples(reference, onProgress);
  const actual = await runSamples(candidate, onProgress);
  const pairs = expected.map((sample, index) => [sample, actual[index]!] as const);

  const drifts = pairs.flatMap(([a, b]) => driftsOf(a, b));
  const total = expected.reduce((sum, { logprobs }) => sum + logprobs.length, 0);
  const figures = {
    embeddingCosineMin: Math.min(...pairs.map(([a, b]) => cosine(a.embeds, b.embeds))),
    tokenAgreement: drifts.length / total,
    logprobDrift: drifts.reduce((sum, drift) => sum + drift, 0) / Math.max(drifts.length, 1),
  };
  return { images: pairs.length, ...figures, passed: isWithinBounds(figures) };
}

async function runSamples(
  { folder, ...options }: { folder: string } & SessionOptions,
  onProgress?: () => void,
): Promise<Sample[]> {
  const model = await loadModel(folder, options);
  const samples: Sample[] = [];
  for (const pixels of await sampleImages(model.facts.imageSize)) {
    const { embeds } = await model.encoder.encode(pixels);
    samples.push({ embeds: embeds.data, ...(await choose(model, pixels)) });
    onProgress?.();
  }
  await model.release();
  return samples;
}

/** The tokens that a model generates, or whether a text fits. */
async function choose(model: BlipModel, pixels: Uint8Array): Promise<Omit<Sample, 'embeds'>> {
  if (model instanceof MatchModel) {
    const { matches } = await model.match([{ pixels, texts: ['a picture of a cat'] }]);
    const { probability } = matches[0]![0]!;
    const fits = probability >= 0.5;
    return { choices: [Number(fits)], logprobs: [Math.log(fits ? probability : 1 - probability)] };
  }
  const generated =
    model instanceof AnswerModel
      ? (await model.answer([{ pixels, questions: ['what is in the picture?'], params }])).answers[0]![0]!
      : (await model.caption([{ pixels, prompt: null, params }])).captions[0]!;
  return { choices: generated.tokenIds.slice(-generated.tokenLogprobs.length), logprobs: generated.tokenLogprobs };
}

/** Differences of the log-probabilities of the choices that are alike, up to the first that is not. */
function driftsOf(expected: Sample, actual: Sample): number[] {
  const drifts: number[] = [];
  for (const [index, logprob] of expected.logprobs.entries()) {
    if (expected.choices[index] !== actual.choices[index]) break;
    drifts.push(Math.abs(logprob - actual.logprobs[index]!));
  }
  return drifts;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    dot += a[index]! * b[index]!;
    aa += a[index]! ** 2;
    bb += b[index]! ** 2;
  }
  return dot / Math.sqrt(aa * bb);
}
