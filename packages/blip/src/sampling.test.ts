import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { add, Graph, gather, loop, min, serializeModel } from '@blipq/onnx-graph';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CaptionModel, type CaptionRow } from './caption-model.js';
import { imageTokens, readBlipConfig } from './checkpoint/config.js';
import { decoderFeeds, samplingFeeds } from './decoder-feeds.js';
import type { DecoderRow } from './generation.js';
import { DecoderInputs } from './model/decoder-inputs.js';
import { extendHistory, processScores, startOfHistory } from './model/logits-processors.js';
import { draw, SamplingInputs, warp } from './model/sampling.js';
import { formats } from './model/weight-format.js';
import { prepareModel } from './prepare-model.js';
import { Session } from './session.js';
import { type GoldenParams, generationParams } from './testing/golden-params.js';
import { readPixels } from './testing/read-pixels.js';
import { tokenTable } from './token-table.js';
import { BlipTokenizer } from './tokenizer.js';

interface Step {
  readonly prompt_length: number;
  readonly tokens: number[];
  readonly logits: number[];
  readonly settings: {
    params: Omit<GoldenParams, 'max_new_tokens'>;
    probabilities: Record<string, number>;
    uniforms: number[];
    picks: number[];
  }[];
}

interface Case {
  readonly model: 'demo' | 'caption';
  readonly image: string;
  readonly prompt: string | null;
  readonly params: GoldenParams;
  readonly sequences: { ids: number[]; text: string; score?: number }[];
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const demo = join(root, 'models/demo');
/** Made by tools/goldens/make-sampling-goldens.py, which says what they are. */
const goldens: { steps: Step[]; samples: Case[]; bans: Case[]; beams: Case[] } = JSON.parse(
  readFileSync(join(root, 'test/reference/goldens-sampling.json'), 'utf8'),
);
const cacheDir = await mkdtemp(join(tmpdir(), 'blipq-sampling-'));
afterAll(() => rm(cacheDir, { recursive: true }));

describe('what a step makes of raw logits', () => {
  const numbersMax = 4;
  const tokenizer = BlipTokenizer.fromJson(readFileSync(join(demo, 'tokenizer.json'), 'utf8'));
  let session: Session;
  let vocabSize: number;
  let memoryDims: number[];

  /** Runs the processors, the warpers and the draw over a given sequence and given logits, at each of its tokens. */
  beforeAll(async () => {
    const config = await readBlipConfig(demo, []);
    vocabSize = config.text.vocabSize;
    memoryDims = [imageTokens(config), config.text.encoderHiddenSize];
    const graph = new Graph('steps');
    const inputs = new DecoderInputs(graph, config, formats.fp32.image);
    const sampling = new SamplingInputs(graph);
    const sequence = graph.input('sequence', 'int64', ['B', 'K', 'L']);
    const logits = graph.input('logits', 'float32', ['B', 'K', vocabSize]);
    const length = graph.input('length', 'int64', []);
    const history = startOfHistory(gather(sequence, graph.constant('int64', [], [0]), 2));
    const shape = ['B', 'K', 'T'];
    const { stacked } = loop(
      length,
      { tokens: { initial: history.tokens, shape }, repeats: { initial: history.repeats, shape } },
      (position, before) => {
        const { generated } = inputs.at(add(position, 1));
        const scores = processScores(
          logits,
          before,
          { position, generated },
          { inputs, endToken: config.text.sepTokenId },
        );
        const weights = warp(scores, sampling);
        const next = gather(sequence, min(add(position, 1), add(length, -1)), 2);
        return {
          proceed: graph.constant('bool', [], [1]),
          state: extendHistory(before, next),
          stacked: { weights, picks: draw(weights, sampling.at(generated)) },
        };
      },
    );
    graph.output('weights', stacked.weights);
    graph.output('picks', stacked.picks);
    session = await Session.open(await serializeModel(graph), { threads: 1 });
  });
  afterAll(() => session.release());

  test.each(goldens.steps)('is what transformers makes of them, $tokens', async (step) => {
    const rows = step.settings.map(({ params }): DecoderRow => {
      const badWords = (params.bad_words ?? []).map((word) => tokenizer.encodePrompt(word));
      return {
        prompt: step.tokens.slice(0, step.prompt_length),
        params: generationParams({ max_new_tokens: 8, ...params }),
        restrictions: { badWords, wordsMin: 0 },
      };
    });
    const generated = step.tokens.length - step.prompt_length;
    const uniforms = new Float32Array(rows.length * numbersMax * (generated + 1));
    for (const [row, setting] of step.settings.entries()) {
      for (const [k, number] of setting.uniforms.entries()) {
        uniforms[(row * numbersMax + k + 1) * (generated + 1) - 1] = number;
      }
    }
    const repeated = <T>(values: readonly T[]) => Array.from({ length: rows.length * numbersMax }, () => values).flat();
    const { weights, picks } = await session.run({
      ...decoderFeeds(rows, tokenTable(tokenizer, vocabSize)),
      ...samplingFeeds(rows),
      uniforms: { type: 'float32', data: uniforms, dims: [rows.length, numbersMax, generated + 1] },
      memory: {
        type: 'float32',
        data: new Float32Array(rows.length * memoryDims[0]! * memoryDims[1]!),
        dims: [rows.length, ...memoryDims],
      },
      sequence: {
        type: 'int64',
        data: BigInt64Array.from(repeated(step.tokens), BigInt),
        dims: [rows.length, numbersMax, step.tokens.length],
      },
      logits: {
        type: 'float32',
        data: Float32Array.from(repeated(step.logits)),
        dims: [rows.length, numbersMax, vocabSize],
      },
      length: { type: 'int64', data: BigInt64Array.of(BigInt(step.tokens.length)), dims: [] },
    });
    const lastStep = (step.tokens.length - 1) * rows.length * numbersMax;
    for (const [row, setting] of step.settings.entries()) {
      const at = lastStep + row * numbersMax;
      const own = [...(weights!.data as Float32Array).subarray(at * vocabSize, (at + 1) * vocabSize)];
      const total = own.reduce((sum, weight) => sum + weight, 0);
      const far = own.map((weight, token) => Math.abs(weight / total - (setting.probabilities[token] ?? 0)));
      expect(Math.max(...far), JSON.stringify(setting.params)).toBeLessThanOrEqual(1e-4);
      const drawn = setting.uniforms.map((_, k) => Number(picks!.data[at + k]));
      expect(drawn, JSON.stringify(setting.params)).toEqual(setting.picks);
    }
  });
});

describe.each(['demo', 'caption'] as const)('the captions of %s are those of transformers in fp32', (name) => {
  let model: CaptionModel;
  const own = (cases: Case[]) => cases.filter((golden) => golden.model === name);

  beforeAll(async () => {
    const checkpoint = name === 'demo' ? demo : join(root, 'test/reference/caption');
    model = await CaptionModel.load(await prepareModel({ checkpoint, cacheDir }), { threads: 2 });
  });
  afterAll(() => model.release());

  const run = async ({ image, prompt, params }: Case) => {
    const pixels = await readPixels(join(root, image));
    const row: CaptionRow = { pixels, prompt, params: generationParams(params) };
    const { others = [], ...best } = (await model.caption([row])).captions[0]!;
    return [best, ...others];
  };

  test.each(own(goldens.samples))('by sampling: $image, prompt $prompt, $params', async (golden) => {
    const sequences = await run(golden);
    const sorted = (all: { text: string; ids: number[] }[]) => all.map(({ text, ids }) => `${text} ${ids}`).toSorted();
    expect(sorted(sequences.map(({ text, tokenIds }) => ({ text, ids: tokenIds })))).toEqual(sorted(golden.sequences));
    const scores = sequences.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  test.each(own(goldens.bans))('without bad words: $image, prompt $prompt, $params', async (golden) => {
    const [caption] = await run(golden);
    expect(caption!.tokenIds).toEqual(golden.sequences[0]!.ids);
  });

  test.each(own(goldens.beams))('several beams: $image, prompt $prompt, $params', async (golden) => {
    const sequences = await run(golden);
    expect(sequences.map(({ tokenIds }) => tokenIds)).toEqual(golden.sequences.map(({ ids }) => ids));
    for (const [index, { score }] of sequences.entries()) {
      expect(Math.abs(score - golden.sequences[index]!.score!)).toBeLessThanOrEqual(1e-3);
    }
  });
});

test('20,000 samples of one step are spread as transformers spreads probability', async () => {
  const model = await CaptionModel.load(await prepareModel({ checkpoint: demo, cacheDir }), { threads: 2 });
  const { probabilities, params } = goldens.steps[0]!.settings.find(({ params }) => params.temperature === 3)!;
  expect(params).toEqual({ temperature: 3 });
  const image = goldens.samples.find(({ model }) => model === 'demo')!.image;
  const pixels = await readPixels(join(root, image));
  const counts = new Map<number, number>();
  for (let seed = 0; seed < 20; seed++) {
    const sampling = { temperature: 3, topK: 0, topP: 1, seed };
    const row = { maxNewTokens: 1, minNewTokens: 0, numReturnSequences: 1000, sampling };
    const { captions } = await model.caption([{ pixels, prompt: null, params: row }]);
    for (const { tokenIds } of [captions[0]!, ...captions[0]!.others!]) {
      counts.set(tokenIds[1]!, (counts.get(tokenIds[1]!) ?? 0) + 1);
    }
  }
  await model.release();
  const samples = [...counts.values()].reduce((sum, count) => sum + count, 0);
  expect(samples).toBe(20_000);

  // Pearson's test: tokens that are expected 5 times are bins of their own, all others one together.
  const bins = Object.entries(probabilities)
    .map(([token, p]) => ({ token: Number(token), expected: p * samples }))
    .filter(({ expected }) => expected >= 5);
  const rest = bins.reduce((left, { expected }) => left - expected, samples);
  const restCount = bins.reduce((left, { token }) => left - (counts.get(token) ?? 0), samples);
  const statistic =
    bins.reduce((sum, { token, expected }) => sum + ((counts.get(token) ?? 0) - expected) ** 2 / expected, 0) +
    (restCount - rest) ** 2 / rest;
  expect(bins.length).toBeGreaterThan(20);
  expect(statistic).toBeLessThan(chiSquaredAt001(bins.length));
});

/** What χ² of so many degrees of freedom exceeds with probability 0.001 (Wilson and Hilferty 1931: within 0.1 %). */
function chiSquaredAt001(freedom: number): number {
  const spread = 2 / (9 * freedom);
  return freedom * (1 - spread + 3.0902 * Math.sqrt(spread)) ** 3;
}
