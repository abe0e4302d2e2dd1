import { cast, type Value } from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import type { KeyValue, KeyValueProjection } from './attention.js';
import type { Weights } from './linear.js';
import { norm } from './norm.js';
import { StepAttention } from './step-attention.js';
import type { Tensor } from './tensor.js';
import { activation, layerWeights, memoryProjections, TextEmbeddings, TextLayer } from './text-layer.js';
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
  readonly #embeddings: TextEmbeddings;
  readonly #layers: { attention: StepAttention; rest: TextLayer }[];
  readonly #memoryProjections: KeyValueProjection[];
  readonly #head: (x: Tensor) => Tensor;

  /**
   * @param weights those below `text_decoder`
   * @param memoryFormat what the keys and values of memories are computed with
   */
  constructor({ text }: BlipConfig, weights: Weights, memoryFormat: WeightFormat) {
    const encoder = weights.at('bert.encoder');
    this.#embeddings = new TextEmbeddings(text, weights.at('bert.embeddings'));
    this.#layers = layerWeights(text, encoder).map((layer) => ({
      attention: new StepAttention(text, layer.at('attention')),
      rest: new TextLayer(text, layer),
    }));
    this.#memoryProjections = memoryProjections(text, encoder.as(memoryFormat));
    this.#head = vocabularyHead(text, weights);
  }

  /** What each layer's cross-attention sees of a memory: computed once, used at every step. */
  memoryKeyValues({ embeds, mask }: Memory): MemoryKeyValues {
    return { layers: this.#memoryProjections.map((project) => project(embeds)), mask };
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
    let x = this.#embeddings.embed(tokens, position);
    const present = this.#layers.map(({ attention, rest }, index) => {
      const { attended, present } = attention.attend(x, past[index]!);
      x = rest.feedForward(rest.crossAttention.attend(attended, memory.layers[index]!, memory.mask));
      return present;
    });
    return { logits: cast(this.#head(x), 'float32'), present };
  }
}

/** The language-model head (BlipTextLMPredictionHead). [B, K, D] → logits [B, K, V] */
function vocabularyHead({ vocabSize, hiddenSize, layerNormEps }: BlipConfig['text'], weights: Weights) {
  const transform = weights.at('cls.predictions.transform');
  const dense = transform.linear('dense', hiddenSize, hiddenSize);
  const normed = norm(transform.at('LayerNorm'), hiddenSize, layerNormEps);
  const { weight, bias } = weights.tensors.takeVocabularyProjection('text_decoder', vocabSize, hiddenSize);
  const project = weights.linearOf(weight, bias);
  return (x: Tensor) => project(normed(activation(dense(x))));
}
