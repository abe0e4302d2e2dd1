import {
  add,
  cast,
  concat,
  type Dim,
  gather,
  gelu,
  matMul,
  mul,
  reshape,
  softmax,
  squeeze,
  transpose,
  unsqueeze,
  type Value,
} from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import type { Tensor, Weights } from './linear.js';
import { norm } from './vision-encoder.js';
import type { WeightFormat } from './weight-format.js';

type Text = BlipConfig['text'];

/** Keys and values of one attention layer, head by head: [B, ...] of an image, [B, K, ...] of K beams' own past. */
export interface KeyValue {
  /** [..., H, d, T], transposed for the product with queries */
  readonly keys: Tensor;
  /** [..., H, T, d] */
  readonly values: Tensor;
}

/**
 * The text decoder, one token at a time (BERT with cross-attention; BlipTextLMHeadModel in modeling_blip_text.py), for
 * B images with K beams each; greedy search is K = 1.
 *
 * All rows stand at the same position, so there is no padding and no mask: a beam attends to its own past, whole. Beams
 * of an image share its keys and values: they are further queries to them.
 */
export class TextDecoder {
  readonly #weights: Weights;
  readonly #text: Text;
  readonly #layers: DecoderLayer[];

  /**
   * @param weights those below `text_decoder`
   * @param imageFormat what the keys and values of images are computed with
   */
  constructor(config: BlipConfig, weights: Weights, imageFormat: WeightFormat) {
    this.#weights = weights;
    this.#text = config.text;
    const layer = weights.at('bert.encoder.layer');
    this.#layers = Array.from(
      { length: this.#text.layers },
      (_, index) => new DecoderLayer(this.#text, layer.at(`${index}`), imageFormat),
    );
  }

  /** What each layer's cross-attention sees of an image: computed once, used at every step. image [B, N, D] */
  imageKeyValues(image: Tensor): KeyValue[] {
    return this.#layers.map((layer) => layer.crossAttention.keyValues(image));
  }

  /**
   * One step of every beam.
   *
   * tokens    int64 [B, K], `position` int64 []
   * past      what the steps before have left, a KeyValue a layer, T = position
   * image     from imageKeyValues
   * returns   logits float32 [B, K, V] for the position after, and the past with this step added, T = position + 1
   */
  step(tokens: Value<'int64'>, position: Value<'int64'>, past: readonly KeyValue[], image: readonly KeyValue[]) {
    let x = this.#embeddings(tokens, position);
    const present = this.#layers.map((layer, index) => {
      const [output, keyValue] = layer.step(x, past[index]!, image[index]!);
      x = output;
      return keyValue;
    });
    return { logits: cast(this.#vocabularyLogits(x), 'float32'), present };
  }

  /** Word and position embeddings, normalised (BlipTextEmbeddings). [B, K] → [B, K, D] */
  #embeddings(tokens: Value<'int64'>, position: Value<'int64'>): Tensor {
    const { vocabSize, hiddenSize, positions, layerNormEps } = this.#text;
    const weights = this.#weights.at('bert.embeddings');
    const words = weights.tensor('word_embeddings.weight', [vocabSize, hiddenSize]);
    const places = weights.tensor('position_embeddings.weight', [positions, hiddenSize]);
    const sum = add(gather(words, tokens), gather(places, position));
    return norm(sum, weights.at('LayerNorm'), hiddenSize, layerNormEps);
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

/** A post-norm layer: self-attention over the past, cross-attention to the image, feed-forward (BlipTextLayer). */
class DecoderLayer {
  readonly crossAttention: Attention;
  readonly #selfAttention: Attention;
  readonly #text: Text;
  readonly #weights: Weights;

  constructor(text: Text, weights: Weights, imageFormat: WeightFormat) {
    this.#text = text;
    this.#weights = weights;
    this.#selfAttention = new Attention(text, text.hiddenSize, weights.at('attention'), weights.format);
    this.crossAttention = new Attention(text, text.encoderHiddenSize, weights.at('crossattention'), imageFormat);
  }

  /** x [B, K, D] → [B, K, D], and the layer's past with this step added */
  step(x: Tensor, past: KeyValue, image: KeyValue): [Tensor, KeyValue] {
    const present = append(past, this.#selfAttention.keyValues(unsqueeze(x, 2)));
    const attended = this.#selfAttention.attendOwn(x, present);
    return [this.#feedForward(this.crossAttention.attendShared(attended, image)), present];
  }

  #feedForward(x: Tensor): Tensor {
    const { hiddenSize, intermediateSize, layerNormEps } = this.#text;
    const expanded = activation(this.#weights.linear('intermediate.dense', hiddenSize, intermediateSize)(x));
    const contracted = this.#weights.linear('output.dense', intermediateSize, hiddenSize)(expanded);
    return norm(add(x, contracted), this.#weights.at('output.LayerNorm'), hiddenSize, layerNormEps);
  }
}

/** Multi-head attention with its output projection, residual and norm (BlipTextAttention). */
class Attention {
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

  /** LN(x + Wo · attention), all beams over one memory [B, H, ...]. x [B, K, D] → [B, K, D] */
  attendShared(x: Tensor, memory: KeyValue): Tensor {
    const beamsLast = [0, 2, 1, 3];
    return this.#output(x, transpose(this.#attention(transpose(this.#queries(x), beamsLast), memory), beamsLast));
  }

  /** Scaled queries [B, K, H, d]. */
  #queries(x: Tensor): Tensor {
    const { hiddenSize } = this.#text;
    const queries = this.#weights.linear('self.query', hiddenSize, hiddenSize)(x);
    return mul(this.#splitHeads(queries), this.#headSize ** -0.5);
  }

  /** Scaled dot-product attention (Vaswani et al. 2017), its weights in full precision. queries [..., M, d] → [..., M, d] */
  #attention(queries: Tensor, { keys, values }: KeyValue): Tensor {
    const weights = softmax(cast(matMul(queries, keys), 'float32'));
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

/** In full precision: onnxruntime 1.30 cannot load half-precision Gelu and Softmax in a loop for CPUs, and here they are small. */
function activation(x: Tensor): Tensor {
  return cast(gelu(cast(x, 'float32')), x.dtype);
}

/** Along the position axis of each, which is the last of the keys and the last but one of the values. */
function append(past: KeyValue, step: KeyValue): KeyValue {
  return { keys: concat([past.keys, step.keys], -1), values: concat([past.values, step.values], -2) };
}
