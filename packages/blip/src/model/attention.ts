import {
  add,
  cast,
  concat,
  type Dim,
  less,
  matMul,
  mul,
  range,
  reshape,
  softmax,
  squeeze,
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

/** Multi-head attention to keys and values, with its output projection, residual and norm (BlipTextAttention). */
export class Attention {
  readonly #heads: number;
  readonly #headSize: number;
  readonly #query: Linear;
  readonly #projection: Linear;
  readonly #norm: (x: Tensor) => Tensor;

  constructor({ hiddenSize, heads, layerNormEps }: BlipConfig['text'], weights: Weights) {
    this.#heads = heads;
    this.#headSize = hiddenSize / heads;
    this.#query = weights.linear('self.query', hiddenSize, hiddenSize);
    this.#projection = weights.linear('output.dense', hiddenSize, hiddenSize);
    this.#norm = norm(weights.at('output.LayerNorm'), hiddenSize, layerNormEps);
  }

  /** LN(x + Wo · attention), each beam over its own memory [B, K, H, ...]. x [B, K, D] → [B, K, D] */
  attendOwn(x: Tensor, memory: KeyValue): Tensor {
    const queries = unsqueeze(this.#queries(x), 3);
    return this.#output(x, squeeze(this.#attention(queries, memory), 3));
  }

  /**
   * LN(x + Wo · attention), all tokens or beams of a row over its memory. x [B, K, D] → [B, K, D]
   *
   * @param memory [B, H, ...], or [1, H, ...] where it is that of all rows
   * @param mask see lengthMask; null where the whole memory counts
   */
  attendShared(x: Tensor, memory: KeyValue, mask: Value<'float32'> | null = null): Tensor {
    const tokensLast = [0, 2, 1, 3];
    const attended = this.#attention(transpose(this.#queries(x), tokensLast), memory, mask);
    return this.#output(x, transpose(attended, tokensLast));
  }

  /** Scaled queries [B, K, H, d]. */
  #queries(x: Tensor): Tensor {
    return mul(splitHeads(this.#query(x), this.#heads), this.#headSize ** -0.5);
  }

  /** Scaled dot-product attention (Vaswani et al. 2017), its weights in full precision. queries [..., M, d] → [..., M, d] */
  #attention(queries: Tensor, { keys, values }: KeyValue, mask: Value<'float32'> | null = null): Tensor {
    const scores = cast(matMul(queries, keys), 'float32');
    const weights = softmax(mask === null ? scores : add(scores, mask));
    return matMul(cast(weights, values.dtype), values);
  }

  /** attended [B, K, H, d] */
  #output(x: Tensor, attended: Tensor): Tensor {
    const joined = reshape(attended, [...attended.shape.slice(0, 2), this.#heads * this.#headSize]);
    return this.#norm(add(x, this.#projection(joined)));
  }
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

/** The past with a step added, along the position axis of each, which is the last of the keys and the last but one of the values. */
export function append(past: KeyValue, step: KeyValue): KeyValue {
  return { keys: concat([past.keys, step.keys], -1), values: concat([past.values, step.values], -2) };
}
