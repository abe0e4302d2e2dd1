import { dimension, range, squeeze, type Value } from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import { lengthMask } from './attention.js';
import type { Weights } from './linear.js';
import type { Tensor } from './tensor.js';
import { TextEmbeddings, TextLayer } from './text-layer.js';
import type { WeightFormat } from './weight-format.js';

/**
 * The text encoder: bidirectional, and with an image in view where one is given (BlipTextModel as BlipForQuestionAnswering
 * and BlipForImageTextRetrieval use it).
 */
export class TextEncoder {
  readonly #embeddings: TextEmbeddings;
  readonly #layers: TextLayer[];

  /** @param weights those below `text_encoder` */
  constructor({ text }: BlipConfig, weights: Weights, imageFormat: WeightFormat) {
    const layer = weights.at('encoder.layer');
    this.#embeddings = new TextEmbeddings(text, weights.at('embeddings'));
    this.#layers = Array.from(
      { length: text.layers },
      (_, index) => new TextLayer(text, layer.at(`${index}`), imageFormat),
    );
  }

  /**
   * ids int64 [R, L] with [CLS] and [SEP], padded at the end; lengths int64 [R]; image [1, N, D], seen by all rows, or
   * null. returns [R, L, D]; what stands behind a row's length means nothing
   */
  encode(ids: Value<'int64'>, lengths: Value<'int64'>, image: Tensor | null): Tensor {
    const length = squeeze(dimension(ids, 1), 0);
    const mask = lengthMask(lengths, length, ids.dim(1));
    let x = this.#embeddings.embed(ids, range(length, ids.dim(1)));
    for (const layer of this.#layers) {
      const { selfAttention, crossAttention } = layer;
      x = selfAttention.attendShared(x, selfAttention.keyValues(x), mask);
      if (image !== null) x = crossAttention.attendShared(x, crossAttention.keyValues(image));
      x = layer.feedForward(x);
    }
    return x;
  }
}
