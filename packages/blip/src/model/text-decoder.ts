import { cast, unsqueeze, type Value } from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import { append, type KeyValue } from './attention.js';
import type { Tensor, Weights } from './linear.js';
import { norm } from './norm.js';
import { activation, TextLayer, textEmbeddings } from './text-layer.js';
import type { WeightFormat } from './weight-format.js';

/** What a decoder's cross-attention sees: an image's embeddings, or a question's. */
export interface Memory {
  /** [B, T, memory size] */
  readonly embeds: Tensor;
  /** See lengthMask; null where all of it counts. */
  readonly mask: Value<'float32'> | null;
}

/** A memory as the layers see it. */
export interface MemoryKeyValues {
  readonly layers: readonly KeyValue[];
  readonly mask: Value<'float32'> | null;
}

/**
 * The text decoder, one token at a time (BERT with cross-attention; BlipTextLMHeadModel in modeling_blip_text.py), for
 * B memories with K beams each; greedy search is K = 1.
 *
 * All rows stand at the same position, so there is no padding and no causal mask: a beam attends to its own past, whole.
 * Beams of a row share the keys and values of its memory: they are further queries to them.
 */
export class TextDecoder {
  readonly #weights: Weights;
  readonly #text: BlipConfig['text'];
  readonly #layers: TextLayer[];

  /**
   * @param weights those below `text_decoder`
   * @param memoryFormat what the keys and values of memories are computed with
   */
  constructor(config: BlipConfig, weights: Weights, memoryFormat: WeightFormat) {
    this.#weights = weights;
    this.#text = config.text;
    const layer = weights.at('bert.encoder.layer');
    this.#layers = Array.from(
      { length: this.#text.layers },
      (_, index) => new TextLayer(this.#text, layer.at(`${index}`), memoryFormat),
    );
  }

  /** What each layer's cross-attention sees of a memory: computed once, used at every step. */
  memoryKeyValues({ embeds, mask }: Memory): MemoryKeyValues {
    return { layers: this.#layers.map((layer) => layer.crossAttention.keyValues(embeds)), mask };
  }

  /**
   * One step of every beam.
   *
   * tokens    int64 [B, K], `position` int64 []
   * past      what the steps before have left, a KeyValue a layer, T = position
   * memory    from memoryKeyValues
   * returns   logits float32 [B, K, V] for the position after, and the past with this step added, T = position + 1
   */
  step(tokens: Value<'int64'>, position: Value<'int64'>, past: readonly KeyValue[], memory: MemoryKeyValues) {
    let x = textEmbeddings(tokens, position, this.#text, this.#weights.at('bert.embeddings'));
    const present = this.#layers.map((layer, index) => {
      const keyValue = append(past[index]!, layer.selfAttention.keyValues(unsqueeze(x, 2)));
      const attended = layer.selfAttention.attendOwn(x, keyValue);
      x = layer.feedForward(layer.crossAttention.attendShared(attended, memory.layers[index]!, memory.mask));
      return keyValue;
    });
    return { logits: cast(this.#vocabularyLogits(x), 'float32'), present };
  }

  /** The language-model head (BlipTextLMPredictionHead). [B, K, D] → [B, K, V] */
  #vocabularyLogits(x: Tensor): Tensor {
    const { vocabSize, hiddenSize, layerNormEps } = this.#text;
    const transform = this.#weights.at('cls.predictions.transform');
    const { weight, bias } = this.#weights.tensors.takeVocabularyProjection('text_decoder', vocabSize, hiddenSize);
    const hidden = activation(transform.linear('dense', hiddenSize, hiddenSize)(x));
    return this.#weights.linearOf(weight, bias)(norm(hidden, transform.at('LayerNorm'), hiddenSize, layerNormEps));
  }
}
