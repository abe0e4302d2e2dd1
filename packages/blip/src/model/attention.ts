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
import type { Tensor, Weights } from './linear.js';
import { norm } from './norm.js';
import type { WeightFormat } from './weight-format.js';

type Text = BlipConfig['text'];

/** Keys and values of one attention layer, head by head: [B, ...] of an image, [B, K, ...] of K beams' own past. */
export interface KeyValue {
  /** [..., H, d, T], transposed for the product with queries */
  readonly keys: Tensor;
  /** [..., H, T, d] */
  readonly values: Tensor;
}

/** Multi-head attention with its output projection, residual and norm (BlipTextAttention). */
export class Attention {
  readonly #text: Text;
  readonly #weights: Weights;
  readonly #memoryWeights: Weights;
  readonly #memorySize: number;
  readonly #headSize: number;

  /**
   * @param memorySize features of what is attended to
   * @param memoryFormat what its keys and values are computed with
   */
  constructor(text: Text, memorySize: number, weights: Weights, memoryFormat: WeightFormat) {
    this.#text = text;
    this.#weights = weights;
    this.#memoryWeights = weights.as(memoryFormat);
    this.#memorySize = memorySize;
    this.#headSize = text.hiddenSize / text.heads;
  }

  /** Keys and values of a memory [..., T, memory size]. */
  keyValues(memory: Tensor): KeyValue {
    const heads = (name: string) =>
      this.#splitHeads(this.#memoryWeights.linear(`self.${name}`, this.#memorySize, this.#text.hiddenSize)(memory));
    const [keys, values] = [heads('key'), heads('value')];
    // [..., T, H, d] with the positions moved behind the heads, and for keys behind the features, too.
    const outer = keys.shape.slice(0, -3).map((_, axis) => axis);
    const [position, head, feature] = [outer.length, outer.length + 1, outer.length + 2];
    return {
      keys: transpose(keys, [...outer, head, feature, position]),
      values: transpose(values, [...outer, head, position, feature]),
    };
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
    const { hiddenSize } = this.#text;
    const queries = this.#weights.linear('self.query', hiddenSize, hiddenSize)(x);
    return mul(this.#splitHeads(queries), this.#headSize ** -0.5);
  }

  /** Scaled dot-product attention (Vaswani et al. 2017), its weights in full precision. queries [..., M, d] → [..., M, d] */
  #attention(queries: Tensor, { keys, values }: KeyValue, mask: Value<'float32'> | null = null): Tensor {
    const scores = cast(matMul(queries, keys), 'float32');
    const weights = softmax(mask === null ? scores : add(scores, mask));
    return matMul(cast(weights, values.dtype), values);
  }

  #splitHeads(x: Tensor): Tensor {
    return reshape(x, [...x.shape.slice(0, -1), this.#text.heads, this.#headSize]);
  }

  /** attended [B, K, H, d] */
  #output(x: Tensor, attended: Tensor): Tensor {
    const { hiddenSize, layerNormEps } = this.#text;
    const joined: Dim[] = [...attended.shape.slice(0, 2), hiddenSize];
    const projected = this.#weights.linear('output.dense', hiddenSize, hiddenSize)(reshape(attended, joined));
    return norm(add(x, projected), this.#weights.at('output.LayerNorm'), hiddenSize, layerNormEps);
  }
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
