import { dimension, range, squeeze, type Value } from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import { lengthMask } from './attention.js';
import type { Tensor, Weights } from './linear.js';
import { TextLayer, textEmbeddings } from './text-layer.js';
import type { WeightFormat } from './weight-format.js';

/**
 * The text encoder: bidirectional, and with an image in view where one is given (BlipTextModel as BlipForQuestionAnswering
 * and BlipForImageTextRetrieval use it).
 */
export class TextEncoder {
  readonly #weights: Weights;
  readonly #text: BlipConfig['text'];
  readonly #layers: TextLayer[];

  /** @param weights those below `text_encoder` */
  constructor(config: BlipConfig, weights: Weights, imageFormat: WeightFormat) {
    this.#weights = weights;
    this.#text = config.text;
    const layer = weights.at('encoder.layer');
    this.#layers = Array.from(
      { length: this.#text.layers },
      (_, index) => new TextLayer(this.#text, layer.at(`${index}`), imageFormat),
    );
  }

  /**
   * ids int64 [R, L] with [CLS] and [SEP], padded at the end; lengths int64 [R]; image [1, N, D], seen by all rows, or
   * null. returns [R, L, D]; what stands behind a row's length means nothing
   */
  encode(ids: Value<'int64'>, lengths: Value<'int64'>, image: Tensor | null): Tensor {
    const length = squeeze(dimension(ids, 1), 0);
    const mask = lengthMask(lengths, length, ids.dim(1));
    let x = textEmbeddings(ids, range(length, ids.dim(1)), this.#text, this.#weights.at('embeddings'));
    for (const layer of this.#layers) {
      const { selfAttention, crossAttention } = layer;
      x = selfAttention.attendShared(x, selfAttention.keyValues(x), mask);
      if (image !== null) x = crossAttention.attendShared(x, crossAttention.keyValues(image));
      x = layer.feedForward(x);
    }
    return x;
  }
}
