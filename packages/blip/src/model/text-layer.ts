import { add, cast, gather, gelu, type Value } from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import { Attention } from './attention.js';
import type { Tensor, Weights } from './linear.js';
import { norm } from './norm.js';
import type { WeightFormat } from './weight-format.js';

type Text = BlipConfig['text'];

/** Word and position embeddings, normalised (BlipTextEmbeddings). tokens [B, K], positions [] or [K] → [B, K, D] */
export function textEmbeddings(
  tokens: Value<'int64'>,
  positions: Value<'int64'>,
  { vocabSize, hiddenSize, positions: positionsMax, layerNormEps }: Text,
  weights: Weights,
): Tensor {
  const words = weights.tensor('word_embeddings.weight', [vocabSize, hiddenSize]);
  const places = weights.tensor('position_embeddings.weight', [positionsMax, hiddenSize]);
  return norm(add(gather(words, tokens), gather(places, positions)), weights.at('LayerNorm'), hiddenSize, layerNormEps);
}

/** The parts of a post-norm layer: self-attention, cross-attention to a memory, feed-forward (BlipTextLayer). */
export class TextLayer {
  readonly selfAttention: Attention;
  readonly crossAttention: Attention;
  readonly #text: Text;
  readonly #weights: Weights;

  /** @param memoryFormat what the keys and values of the memory are computed with */
  constructor(text: Text, weights: Weights, memoryFormat: WeightFormat) {
    this.#text = text;
    this.#weights = weights;
    this.selfAttention = new Attention(text, text.hiddenSize, weights.at('attention'), weights.format);
    this.crossAttention = new Attention(text, text.encoderHiddenSize, weights.at('crossattention'), memoryFormat);
  }

  /** x [B, K, D] → [B, K, D] */
  feedForward(x: Tensor): Tensor {
    const { hiddenSize, intermediateSize, layerNormEps } = this.#text;
    const expanded = activation(this.#weights.linear('intermediate.dense', hiddenSize, intermediateSize)(x));
    const contracted = this.#weights.linear('output.dense', intermediateSize, hiddenSize)(expanded);
    return norm(add(x, contracted), this.#weights.at('output.LayerNorm'), hiddenSize, layerNormEps);
  }
}

/** In full precision: onnxruntime 1.30 cannot load half-precision Gelu and Softmax in a loop for CPUs, and here they are small. */
export function activation(x: Tensor): Tensor {
  return cast(gelu(cast(x, 'float32')), x.dtype);
}
