import {
  add,
  and,
  cast,
  cumSum,
  dimension,
  div,
  equal,
  type Graph,
  greater,
  greaterOrEqual,
  less,
  mul,
  not,
  or,
  range,
  reduceMax,
  reduceMin,
  reduceSum,
  softmax,
  squeeze,
  topK,
  unsqueeze,
  type Value,
  where,
} from '@blipq/onnx-graph';
import { perBeam } from './broadcast.js';
import { flag } from './decoder-inputs.js';

type Floats = Value<'float32'>;
type Ints = Value<'int64'>;

/** What a row is sampled by, transformers' warpers in its order. */
export interface Warpers {
  /** float32 [B], what scores are divided by; 0 for rows that take the likeliest token. */
  readonly temperature: Floats;
  /** int64 [B], how many of the likeliest tokens may be drawn; 0 for all. */
  readonly topK: Ints;
  /** float32 [B], the probability that the likeliest tokens must reach to be the only ones drawn; 1 for all. */
  readonly topP: Floats;
}

/**
 * What a graph that samples is fed beside DecoderInputs.
 *
 * uniforms     float32 [B, K, S]  a number in [0, 1) for each new token of each of a row's K samples; gives K
 * sampled      int64 [1]          1 where any row is sampled, else 0
 * temperature, top_k, top_p       see Warpers
 */
export class SamplingInputs implements Warpers {
  readonly uniforms: Floats;
  /** bool [] */
  readonly isSampled: Value<'bool'>;
  readonly temperature: Floats;
  readonly topK: Ints;
  readonly topP: Floats;

  constructor(graph: Graph) {
    this.uniforms = graph.input('uniforms', 'float32', ['B', 'K', 'S']);
    this.isSampled = flag(graph, 'sampled');
    this.temperature = graph.input('temperature', 'float32', ['B']);
    this.topK = graph.input('top_k', 'int64', ['B']);
    this.topP = graph.input('top_p', 'float32', ['B']);
  }

  /** Each row's number for the token that follows `generated` [B] others: float32 [B, K]; 0 outside the S that there are. */
  at(generated: Ints): Floats {
    const places = range(squeeze(dimension(this.uniforms, 2), 0), 'S');
    return reduceSum(where(equal(places, perBeam(generated)), this.uniforms, 0), 2);
  }
}

/**
 * The probabilities that a token is drawn by, up to a factor: temperature, then top-k, then top-p
 * (TemperatureLogitsWarper, TopKLogitsWarper and TopPLogitsWarper in logits_process.py). Tokens as likely as the last
 * one kept are kept, too.
 *
 * Every sum over tokens is a cumulative one, which onnxruntime adds up in order: no row's bits depend on how many
 * tokens another row has sorted.
 *
 * scores  float32 [B, K, V], after the processors
 * returns float32 [B, K, V]
 */
export function warp(scores: Floats, { temperature, topK: counts, topP }: Warpers): Floats {
  const [t, k, p] = [perBeam(temperature), perBeam(counts), perBeam(topP)];
  const softened = softmax(div(scores, where(greater(t, 0), t, 1)));
  // onnxruntime's softmax leaves 1e-39 or so of what is ruled out.
  const likely = where(equal(scores, Number.NEGATIVE_INFINITY), 0, softened);

  const vocabulary = scores.dim(2) as number;
  const all = equal(k, 0);
  const unfiltered = and(all, greaterOrEqual(p, 1));
  // As many are sorted as the row needs that needs most: k, or all for a top_p alone.
  const needed = where(unfiltered, 1, where(all, vocabulary, where(greater(k, vocabulary), vocabulary, k)));
  const count = squeeze(reduceMax(needed, 0), 1);
  const ranked = topK(likely, count, 'R').values;
  const isWithin = or(all, less(range(squeeze(count, 0), 'R'), k));
  const within = where(isWithin, ranked, 0);
  const before = cumSum(within, { exclusive: true });
  const total = reduceMax(add(before, within), 2, { keepDims: true });
  const isKept = and(isWithin, or(greaterOrEqual(p, 1), less(before, mul(total, p))));
  const leastKept = reduceMin(where(isKept, ranked, Number.POSITIVE_INFINITY), 2, { keepDims: true });
  return where(greaterOrEqual(likely, where(unfiltered, 0, leastKept)), likely, 0);
}

/**
 * The token whose share of the probabilities, laid out in the vocabulary's order, a number falls into (inverse transform
 * sampling).
 *
 * weights  float32 [B, K, V], from warp
 * uniform  float32 [B, K], in [0, 1 − 2⁻²³], so that the product stays below the sum
 * returns  int64 [B, K]
 */
export function draw(weights: Floats, uniform: Value<'float32'>): Ints {
  const cumulated = cumSum(weights);
  const total = reduceMax(cumulated, 2);
  const at = mul(uniform, total);
  return reduceSum(cast(not(greater(cumulated, unsqueeze(at, 2))), 'int64'), 2);
}
