import { add, cast, gather, gelu, type Value } from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import { Attention } from './attention.js';
import type { Linear, Weights } from './linear.js';
import { norm } from './norm.js';
import type { Tensor } from './tensor.js';
import type { WeightFormat } from './weight-format.js';

type Text = BlipConfig['text'];

/** Word and position embeddings, normalised (BlipTextEmbeddings). */
export class TextEmbeddings {
  readonly #words: Tensor;
  readonly #places: Tensor;
  readonly #norm: (x: Tensor) => Tensor;

  constructor({ vocabSize, hiddenSize, positions, layerNormEps }: Text, weights: Weights) {
    this.#words = weights.tensor('word_embeddings.weight', [vocabSize, hiddenSize]);
    this.#places = weights.tensor('position_embeddings.weight', [positions, hiddenSize]);
    this.#norm = norm(weights.at('LayerNorm'), hiddenSize, layerNormEps);
  }

  /** tokens [B, K], positions [] or [K] → [B, K, D] */
  embed(tokens: Value<'int64'>, positions: Value<'int64'>): Tensor {
    return this.#norm(add(gather(this.#words, tokens), gather(this.#places, positions)));
  }
}

/** The parts of a post-norm layer: self-attention, cross-attention to a memory, feed-forward (BlipTextLayer). */
export class TextLayer {
  readonly selfAttention: Attention;
  readonly crossAttention: Attention;
  readonly #expand: Linear;
  readonly #contract: Linear;
  readonly #norm: (x: Tensor) => Tensor;

  /** @param memoryFormat what the keys and values of the memory are computed with */
  constructor(text: Text, weights: Weights, memoryFormat: WeightFormat) {
    const { hiddenSize, intermediateSize, encoderHiddenSize, layerNormEps } = text;
    this.selfAttention = new Attention(text, hiddenSize, weights.at('attention'), weights.format);
    this.crossAttention = new Attention(text, encoderHiddenSize, weights.at('crossattention'), memoryFormat);
    this.#expand = weights.linear('intermediate.dense', hiddenSize, intermediateSize);
    this.#contract = weights.linear('output.dense', intermediateSize, hiddenSize);
    this.#norm = norm(weights.at('output.LayerNorm'), hiddenSize, layerNormEps);
  }

  /** x [B, K, D] → [B, K, D] */
  feedForward(x: Tensor): Tensor {
    return this.#norm(add(x, this.#contract(activation(this.#expand(x)))));
  }
}

/** In full precision: onnxruntime 1.30 cannot load half-precision Gelu and Softmax in a loop for CPUs, and here they are small. */
export function activation(x: Tensor): Tensor {
  return cast(gelu(cast(x, 'float32')), x.dtype);
}
