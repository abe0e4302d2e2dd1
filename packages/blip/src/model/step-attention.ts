import { concat, reshape, split } from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import type { Weight } from '../checkpoint/state-dict.js';
import { type AttentionOutput, attentionOutput, type KeyValue, queryScale, scaledAttention } from './attention.js';
import { type Linear, scaled, type Weights } from './linear.js';
import type { Tensor } from './tensor.js';

/**
 * Self-attention of a token to its past (BlipTextAttention with a cache). Queries, keys and values are one product: with
 * one token of each row, starting a product takes as long as computing it.
 */
export class StepAttention {
  readonly #heads: number;
  readonly #headSize: number;
  readonly #projection: Linear;
  readonly #output: AttentionOutput;

  constructor(text: BlipConfig['text'], weights: Weights) {
    this.#heads = text.heads;
    this.#headSize = text.hiddenSize / text.heads;
    this.#projection = packedProjection(text, weights);
    this.#output = attentionOutput(text, weights);
  }

  /** x [B, K, D] and the past of each beam → LN(x + Wo · attention) [B, K, D], and the past with this token added */
  attend(x: Tensor, past: KeyValue): { attended: Tensor; present: KeyValue } {
    const [batch, beams] = [x.dim(0), x.dim(1)];
    const [heads, size] = [this.#heads, this.#headSize];
    const packed = reshape(this.#projection(x), [batch, beams, 3 * heads, 1, size]);
    const [query, key, value] = split(packed, 2, 3) as [Tensor, Tensor, Tensor];
    const present = {
      keys: concat([past.keys, reshape(key, [batch, beams, heads, size, 1])], -1),
      values: concat([past.values, value], -2),
    };
    return { attended: this.#output(x, scaledAttention(query, present, null)), present };
  }
}

/** x [..., D] → scaled queries, keys and values, one behind another [..., 3D] */
function packedProjection(text: BlipConfig['text'], weights: Weights): Linear {
  const { hiddenSize } = text;
  const stacked = (part: 'weight' | 'bias', inner: readonly number[]): Weight => {
    const [query, key, value] = ['query', 'key', 'value'].map((name) =>
      weights.tensors.take(`${weights.prefix}self.${name}.${part}`, [hiddenSize, ...inner]),
    ) as [Weight, Weight, Weight];
    return {
      name: `${weights.prefix}self.packed.${part}`,
      shape: [3 * hiddenSize, ...inner],
      read: async () => {
        const size = inner.reduce((product, dim) => product * dim, hiddenSize);
        const result = new Float32Array(3 * size);
        for (const [index, source] of [scaled(query, queryScale(text)), key, value].entries()) {
          result.set(await source.read(), index * size);
        }
        return result;
      },
    };
  };
  return weights.linearOf(stacked('weight', [hiddenSize]), stacked('bias', []));
}
