import { CaptionModel, type CaptionOutput } from './caption-model.js';
import { isWithinBounds, type PrecisionCheck } from './precision.js';
import { sampleImages } from './sample-images.js';
import type { SessionOptions } from './session.js';

const params = { maxNewTokens: 20, minNewTokens: 0 };

interface Sample {
  readonly embeds: Float32Array;
  readonly caption: CaptionOutput;
}

/** Captions the sample images with a model in full precision and in another, and measures how far they are apart. */
export async function comparePrecision(
  reference: { folder: string } & SessionOptions,
  candidate: { folder: string } & SessionOptions,
  onProgress?: () => void,
): Promise<PrecisionCheck> {
  const expected = await captionSamples(reference, onProgress);
  const actual = await captionSamples(candidate, onProgress);
  const pairs = expected.map((sample, index) => [sample, actual[index]!] as const);

  const drifts = pairs.flatMap(([a, b]) => driftsOf(a.caption, b.caption));
  const total = expected.reduce((sum, { caption }) => sum + caption.tokenLogprobs.length, 0);
  const figures = {
    embeddingCosineMin: Math.min(...pairs.map(([a, b]) => cosine(a.embeds, b.embeds))),
    tokenAgreement: drifts.length / total,
    logprobDrift: drifts.reduce((sum, drift) => sum + drift, 0) / Math.max(drifts.length, 1),
  };
  return { images: pairs.length, ...figures, passed: isWithinBounds(figures) };
}

async function captionSamples(
  { folder, ...options }: { folder: string } & SessionOptions,
  onProgress?: () => void,
): Promise<Sample[]> {
  const model = await CaptionModel.load(folder, options);
  const samples: Sample[] = [];
  for (const pixels of await sampleImages(model.facts.imageSize)) {
    const { data } = await model.encode([pixels]);
    const { captions } = await model.caption([{ pixels, prompt: null, params }]);
    samples.push({ embeds: data, caption: captions[0]! });
    onProgress?.();
  }
  await model.release();
  return samples;
}

/** Differences of the log-probabilities of the generated tokens that are alike, up to the first that is not. */
function driftsOf(expected: CaptionOutput, actual: CaptionOutput): number[] {
  const start = expected.tokenIds.length - expected.tokenLogprobs.length;
  const drifts: number[] = [];
  for (const [index, logprob] of expected.tokenLogprobs.entries()) {
    if (expected.tokenIds[start + index] !== actual.tokenIds[start + index]) break;
    drifts.push(Math.abs(logprob - actual.tokenLogprobs[index]!));
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
