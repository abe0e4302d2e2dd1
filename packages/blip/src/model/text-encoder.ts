import { dimension, range, squeeze, type Value } from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import { Attention, type KeyValue, type KeyValueProjection, keyValueProjection, lengthMask } from './attention.js';
import type { Weights } from './linear.js';
import type { Tensor } from './tensor.js';
import { layerWeights, TextEmbeddings, TextLayer } from './text-layer.js';

/**
 * The text encoder: bidirectional, and with an image in view where one is given (BlipTextModel as BlipForQuestionAnswering
 * and BlipForImageTextRetrieval use it).
 */
export class TextEncoder {
  readonly #embeddings: TextEmbeddings;
  readonly #layers: { attention: Attention; keyValues: KeyValueProjection; rest: TextLayer }[];

  /** @param weights those below `text_encoder` */
  constructor({ text }: BlipConfig, weights: Weights) {
    this.#embeddings = new TextEmbeddings(text, weights.at('embeddings'));
    this.#layers = layerWeights(text, weights.at('encoder')).map((layer) => ({
      attention: new Attention(text, layer.at('attention')),
      keyValues: keyValueProjection(text, text.hiddenSize, layer.at('attention')),
      rest: new TextLayer(text, layer),
    }));
  }

  /**
   * ids int64 [R, L] with [CLS] and [SEP], padded at the end; lengths int64 [R]; image: its keys and values for each layer
   * [1, H, ...], seen by all rows, or null. returns [R, L, D]; what stands behind a row's length means nothing
   */
  encode(ids: Value<'int64'>, lengths: Value<'int64'>, image: readonly KeyValue[] | null): Tensor {
    const length = squeeze(dimension(ids, 1), 0);
    const mask = lengthMask(lengths, length, ids.dim(1));
    let x = this.#embeddings.embed(ids, range(length, ids.dim(1)));
    for (const [index, { attention, keyValues, rest }] of this.#layers.entries()) {
      x = attention.attend(x, keyValues(x), mask);
      if (image !== null) x = rest.crossAttention.attend(x, image[index]!);
      x = rest.feedForward(x);
    }
    return x;
  }
}
