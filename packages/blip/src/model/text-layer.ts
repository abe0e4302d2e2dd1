import { add, cast, gather, gelu, type Value } from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import { Attention, type KeyValueProjection, keyValueProjection } from './attention.js';
import type { Linear, Weights } from './linear.js';
import { norm } from './norm.js';
import type { Tensor } from './tensor.js';

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

/**
 * What post-norm layers have behind their self-attention: cross-attention to a memory, feed-forward (BlipTextLayer). What
 * they make of the memory is apart, see memoryProjections: it does not depend on the text.
 */
export class TextLayer {
  readonly crossAttention: Attention;
  readonly #expand: Linear;
  readonly #contract: Linear;
  readonly #norm: (x: Tensor) => Tensor;

  constructor(text: Text, weights: Weights) {
    const { hiddenSize, intermediateSize, layerNormEps } = text;
    this.crossAttention = new Attention(text, weights.at('crossattention'));
    this.#expand = weights.linear('intermediate.dense', hiddenSize, intermediateSize);
    this.#contract = weights.linear('output.dense', intermediateSize, hiddenSize);
    this.#norm = norm(weights.at('output.LayerNorm'), hiddenSize, layerNormEps);
  }

  /** x [B, K, D] → [B, K, D] */
  feedForward(x: Tensor): Tensor {
    return this.#norm(add(x, this.#contract(activation(this.#expand(x)))));
  }
}

/** What each layer's cross-attention makes of a memory. @param weights those below `encoder`, in the format to compute with */
export function memoryProjections(text: Text, weights: Weights): KeyValueProjection[] {
  const { encoderHiddenSize } = text;
  return layerWeights(text, weights).map((layer) =>
    keyValueProjection(text, encoderHiddenSize, layer.at('crossattention')),
  );
}

/** Those of each layer. @param weights those below `encoder` */
export function layerWeights({ layers }: Text, weights: Weights): Weights[] {
  return Array.from({ length: layers }, (_, index) => weights.at(`layer.${index}`));
}

/** In full precision: onnxruntime 1.30 cannot load half-precision Gelu and Softmax in a loop for CPUs, and here they are small. */
export function activation(x: Tensor): Tensor {
  return cast(gelu(cast(x, 'float32')), x.dtype);
}
