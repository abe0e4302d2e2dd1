import {
  add,
  cast,
  type Dim,
  less,
  matMul,
  range,
  reshape,
  softmax,
  transpose,
  unsqueeze,
  type Value,
  where,
} from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import type { Linear, Weights } from './linear.js';
import { norm } from './norm.js';
import type { Tensor } from './tensor.js';

/** Keys and values of one attention layer, head by head: [B, ...] of an image, [B, K, ...] of K beams' own past. */
export interface KeyValue {
  /** [..., H, d, T], transposed for the product with queries */
  readonly keys: Tensor;
  /** [..., H, T, d] */
  readonly values: Tensor;
}

/** What an attention layer makes of what it attends to: a memory [..., T, memory size] → its keys and values. */
export type KeyValueProjection = (memory: Tensor) => KeyValue;

/** @param weights those of the attention layer, in the format to compute with */
export function keyValueProjection(
  { hiddenSize, heads }: BlipConfig['text'],
  memorySize: number,
  weights: Weights,
): KeyValueProjection {
  const key = weights.linear('self.key', memorySize, hiddenSize);
  const value = weights.linear('self.value', memorySize, hiddenSize);
  return (memory) => {
    const [keys, values] = [splitHeads(key(memory), heads), splitHeads(value(memory), heads)];
    // [..., T, H, d] with the positions moved behind the heads, and for keys behind the features, too.
    const outer = keys.shape.slice(0, -3).map((_, axis) => axis);
    const [position, head, feature] = [outer.length, outer.length + 1, outer.length + 2];
    return {
      keys: transpose(keys, [...outer, head, feature, position]),
      values: transpose(values, [...outer, head, position, feature]),
    };
  };
}

/** Multi-head attention to given keys and values, with its output projection, residual and norm (BlipTextAttention). */
export class Attention {
  readonly #heads: number;
  readonly #query: Linear;
  readonly #output: AttentionOutput;

  constructor(text: BlipConfig['text'], weights: Weights) {
    const { hiddenSize, heads } = text;
    this.#heads = heads;
    this.#query = weights.scaledLinear('self.query', hiddenSize, hiddenSize, queryScale(text));
    this.#output = attentionOutput(text, weights);
  }

  /**
   * LN(x + Wo · attention), all tokens or beams of a row over its memory. x [B, K, D] → [B, K, D]
   *
   * @param memory [B, H, ...], or [1, H, ...] where it is that of all rows
   * @param mask see lengthMask; null where the whole memory counts
   */
  attend(x: Tensor, memory: KeyValue, mask: Value<'float32'> | null = null): Tensor {
    const tokensLast = [0, 2, 1, 3];
    const queries = transpose(splitHeads(this.#query(x), this.#heads), tokensLast);
    return this.#output(x, transpose(scaledAttention(queries, memory, mask), tokensLast));
  }
}

/** What queries are multiplied by (Vaswani et al. 2017): d^−½. It is part of their weights. */
export function queryScale({ hiddenSize, heads }: BlipConfig['text']): number {
  return (hiddenSize / heads) ** -0.5;
}

/** Attention of scaled queries [..., M, d] → [..., M, d], its weights in full precision. */
export function scaledAttention(queries: Tensor, { keys, values }: KeyValue, mask: Value<'float32'> | null): Tensor {
  const scores = cast(matMul(queries, keys), 'float32');
  const weights = softmax(mask === null ? scores : add(scores, mask));
  return matMul(cast(weights, values.dtype), values);
}

/** x [B, K, D] and what it attended to, D elements for each of its tokens → LN(x + Wo · attended) */
export type AttentionOutput = (x: Tensor, attended: Tensor) => Tensor;

export function attentionOutput({ hiddenSize, layerNormEps }: BlipConfig['text'], weights: Weights): AttentionOutput {
  const projection = weights.linear('output.dense', hiddenSize, hiddenSize);
  const normed = norm(weights.at('output.LayerNorm'), hiddenSize, layerNormEps);
  return (x, attended) => normed(add(x, projection(reshape(attended, [...attended.shape.slice(0, 2), hiddenSize]))));
}

/** [..., H·d] → [..., H, d] */
function splitHeads(x: Tensor, heads: number): Tensor {
  return reshape(x, [...x.shape.slice(0, -1), heads, Number(x.dim(-1)) / heads]);
}

/**
 * What is added to attention scores so that places behind a row's length have no weight: float32 [B, 1, 1, T], 0 or −∞.
 *
 * lengths int64 [B], ≥ 1; `places` int64 [] is T, called `dim`
 */
export function lengthMask(lengths: Value<'int64'>, places: Value<'int64'>, dim: Dim): Value<'float32'> {
  const isInside = less(unsqueeze(range(places, dim), 0), unsqueeze(lengths, 1));
  const inside = lengths.graph.constant('float32', [], [0]);
  return unsqueeze(unsqueeze(where(isInside, inside, Number.NEGATIVE_INFINITY), 1), 2);
}
