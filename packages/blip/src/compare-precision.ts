import { AnswerModel } from './answer-model.js';
import { cosine } from './cosine.js';
import { type BlipModel, loadModel } from './load-model.js';
import { MatchModel } from './match-model.js';
import { type Estimate, isWithinBounds, type PrecisionCheck } from './precision.js';
import { sampleImages } from './sample-images.js';
import type { SessionOptions } from './session.js';
import type { GeneratorMemory } from './text-generator.js';

/** Choices that a model makes for a sample image, one after the other, and their log-probabilities. */
interface Choices {
  readonly ids: readonly number[];
  readonly logprobs: readonly number[];
}

/** What a model makes of a sample image. */
interface Sample {
  readonly embeds: Float32Array;
  /** Of each of the texts that are asked for. */
  readonly texts: readonly Choices[];
}

const tokensMax = 20;
const questions = ['what is in the picture?', 'where is this?', 'what color is it?', 'how many are there?'];
const texts = [
  'a cat',
  'a cup of coffee',
  'a person',
  'a rocket',
  'two dogs on the grass',
  'a house',
  'a car',
  'a tree',
];

/**
 * Runs a model on the sample images in full precision and in another, and measures how far the results are apart. The
 * other one chooses each token after those that full precision chose, so that a choice between two near-equal tokens
 * that falls otherwise counts once and not for all that follows it.
 */
export async function comparePrecision(
  reference: { folder: string } & SessionOptions,
  candidate: { folder: string } & SessionOptions,
  onProgress?: () => void,
): Promise<PrecisionCheck> {
  const expected = await runSamples(reference, null, onProgress);
  const actual = await runSamples(candidate, expected, onProgress);
  const pairs = expected.map((sample, index) => [sample, actual[index]!] as const);
  const figures = {
    embeddingCosine: estimate(pairs.map(([a, b]) => cosine(a.embeds, b.embeds))),
    tokenAgreement: estimate(pairs.map(([a, b]) => agreement(a, b))),
    logprobDrift: estimate(pairs.map(([a, b]) => drift(a, b))),
  };
  return { images: pairs.length, ...figures, passed: isWithinBounds(figures) };
}

/** @param expected what full precision made of them, whose choices the model continues; null for full precision itself */
async function runSamples(
  { folder, ...options }: { folder: string } & SessionOptions,
  expected: readonly Sample[] | null,
  onProgress?: () => void,
): Promise<Sample[]> {
  const model = await loadModel(folder, options);
  const samples: Sample[] = [];
  for (const [index, pixels] of (await sampleImages(model.facts.imageSize)).entries()) {
    const { embeds } = await model.encoder.encode(pixels);
    samples.push({ embeds: embeds.data, texts: await chooseAll(model, pixels, expected?.[index]?.texts ?? null) });
    onProgress?.();
  }
  await model.release();
  return samples;
}

async function chooseAll(model: BlipModel, pixels: Uint8Array, given: readonly Choices[] | null): Promise<Choices[]> {
  if (model instanceof MatchModel) {
    const [matches] = (await model.match([{ pixels, texts }])).matches;
    return matches!.map(({ probability }) => {
      const fits = probability >= 0.5;
      return { ids: [Number(fits)], logprobs: [Math.log(fits ? probability : 1 - probability)] };
    });
  }
  const { embeds, view } = await model.encoder.encode(pixels);
  const memories: GeneratorMemory[] = [];
  if (model instanceof AnswerModel) {
    for (const question of questions) memories.push(await model.ask(view, [question]));
  } else memories.push({ embeds });
  const chosen: Choices[] = [];
  for (const [index, memory] of memories.entries())
    chosen.push(await choose(model, memory, given?.[index]?.ids ?? null));
  return chosen;
}

/** The tokens that a model generates, or those that it chooses after each of the given ones. */
async function choose(
  { generator, facts }: Exclude<BlipModel, MatchModel>,
  memory: GeneratorMemory,
  given: readonly number[] | null,
): Promise<Choices> {
  const ids: number[] = [];
  const logprobs: number[] = [];
  const count = given?.length ?? tokensMax;
  while (ids.length < count) {
    const prompt = [facts.bosTokenId, ...(given?.slice(0, ids.length) ?? [])];
    const params = { maxNewTokens: count - ids.length, minNewTokens: 0 };
    const [[generated] = []] = await generator.generate(memory, [{ prompt, params }]);
    for (const [index, logprob] of generated!.tokenLogprobs.entries()) {
      const id = generated!.tokenIds[prompt.length + index]!;
      logprobs.push(logprob);
      // After another token than the given one, the rest is another text.
      if (ids.push(id) > count || (given !== null && id !== given[ids.length - 1])) break;
    }
    if (given === null) break;
  }
  return { ids, logprobs };
}

/** The share of choices that are the same. */
function agreement(expected: Sample, actual: Sample): number {
  const same = expected.texts.flatMap(({ ids }, text) => ids.map((id, at) => id === actual.texts[text]!.ids[at]));
  return mean(same.map(Number));
}

/**
 * Mean difference of the log-probabilities of the choices, be they the same or not: of two near-equal tokens it is small
 * whichever is chosen.
 */
function drift(expected: Sample, actual: Sample): number {
  return mean(
    expected.texts.flatMap(({ logprobs }, text) =>
      logprobs.map((logprob, at) => Math.abs(logprob - actual.texts[text]!.logprobs[at]!)),
    ),
  );
}

/** A mean over images, and its standard error. */
function estimate(values: readonly number[]): Estimate {
  const center = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / Math.max(values.length - 1, 1);
  return { mean: center, error: Math.sqrt(variance / Math.max(values.length, 1)) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}
