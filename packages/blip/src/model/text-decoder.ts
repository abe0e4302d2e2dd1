import { add, concat, gather, gelu, matMul, mul, reshape, softmax, transpose, type Value } from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import type { Weights } from './linear.js';
import { norm } from './vision-encoder.js';

type Text = BlipConfig['text'];
type Tensor = Value<'float32'>;

/** Keys and values of one attention layer, head by head. */
export interface KeyValue {
  /** [B, H, d, T], transposed for the product with queries */
  readonly keys: Tensor;
  /** [B, H, T, d] */
  readonly values: Tensor;
}

/**
 * The text decoder, one token a row at a time (BERT with cross-attention; BlipTextLMHeadModel in modeling_blip_text.py).
 *
 * Rows all stand at the same position, so there is no padding and no mask: a row attends to its own past, whole.
 */
export class TextDecoder {
  readonly #weights: Weights;
  readonly #text: Text;
  readonly #layers: DecoderLayer[];

  /** @param weights those below `text_decoder` */
  constructor(config: BlipConfig, weights: Weights) {
    this.#weights = weights;
    this.#text = config.text;
    const layer = weights.at('bert.encoder.layer');
    this.#layers = Array.from(
      { length: this.#text.layers },
      (_, index) => new DecoderLayer(this.#text, layer.at(`${index}`)),
    );
  }

  /** What each layer's cross-attention sees of an image: computed once, used at every step. image [B, N, D] */
  imageKeyValues(image: Tensor): KeyValue[] {
    return this.#layers.map((layer) => layer.crossAttention.keyValues(image));
  }

  /**
   * One step of every row.
   *
   * tokens    int64 [B], `position` int64 []
   * past      what the steps before have left, a KeyValue a layer, T = position
   * image     from imageKeyValues
   * returns   logits float32 [B, V] for the position after, and the past with this step added, T = position + 1
   */
  step(tokens: Value<'int64'>, position: Value<'int64'>, past: readonly KeyValue[], image: readonly KeyValue[]) {
    let x = this.#embeddings(tokens, position);
    const present = this.#layers.map((layer, index) => {
      const [output, keyValue] = layer.step(x, past[index]!, image[index]!);
      x = output;
      return keyValue;
    });
    return { logits: this.#vocabularyLogits(x), present };
  }

  /** Word and position embeddings, normalised (BlipTextEmbeddings). [B] → [B, D] */
  #embeddings(tokens: Value<'int64'>, position: Value<'int64'>): Tensor {
    const { vocabSize, hiddenSize, positions, layerNormEps } = this.#text;
    const weights = this.#weights.at('bert.embeddings');
    const words = weights.tensor('word_embeddings.weight', [vocabSize, hiddenSize]);
    const places = weights.tensor('position_embeddings.weight', [positions, hiddenSize]);
    const sum = add(gather(words, tokens), gather(places, position));
    return norm(sum, weights.at('LayerNorm'), hiddenSize, layerNormEps);
  }

  /** The language-model head (BlipTextLMPredictionHead). [B, D] → [B, V] */
  #vocabularyLogits(x: Tensor): Tensor {
    const { vocabSize, hiddenSize, layerNormEps } = this.#text;
    const transform = this.#weights.at('cls.predictions.transform');
    const { weight, bias } = this.#weights.tensors.takeVocabularyProjection('text_decoder', vocabSize, hiddenSize);
    const hidden = gelu(transform.linear('dense', hiddenSize, hiddenSize)(x));
    return this.#weights.linearOf(weight, bias)(norm(hidden, transform.at('LayerNorm'), hiddenSize, layerNormEps));
  }
}

/** A post-norm layer: self-attention over the past, cross-attention to the image, feed-forward (BlipTextLayer). */
class DecoderLayer {
  readonly crossAttention: Attention;
  readonly #selfAttention: Attention;
  readonly #text: Text;
  readonly #weights: Weights;

  constructor(text: Text, weights: Weights) {
    this.#text = text;
    this.#weights = weights;
    this.#selfAttention = new Attention(text, text.hiddenSize, weights.at('attention'));
    this.crossAttention = new Attention(text, text.encoderHiddenSize, weights.at('crossattention'));
  }

  /** x [B, D] → [B, D], and the layer's past with this step added */
  step(x: Tensor, past: KeyValue, image: KeyValue): [Tensor, KeyValue] {
    const present = append(past, this.#selfAttention.keyValues(reshape(x, ['B', 1, this.#text.hiddenSize])));
    const attended = this.#selfAttention.attend(x, present);
    return [this.#feedForward(this.crossAttention.attend(attended, image)), present];
  }

  #feedForward(x: Tensor): Tensor {
    const { hiddenSize, intermediateSize, layerNormEps } = this.#text;
    const expanded = gelu(this.#weights.linear('intermediate.dense', hiddenSize, intermediateSize)(x));
    const contracted = this.#weights.linear('output.dense', intermediateSize, hiddenSize)(expanded);
    return norm(add(x, contracted), this.#weights.at('output.LayerNorm'), hiddenSize, layerNormEps);
  }
}

/** Multi-head attention with its output projection, residual and norm (BlipTextAttention). */
class Attention {
  readonly #text: Text;
  readonly #weights: Weights;
  readonly #headSize: number;

  /** @param memorySize features of what is attended to */
  constructor(
    text: Text,
    readonly memorySize: number,
    weights: Weights,
  ) {
    this.#text = text;
    this.#weights = weights;
    this.#headSize = text.hiddenSize / text.heads;
  }

  /** Keys and values of a memory [B, T, memory size]. */
  keyValues(memory: Tensor): KeyValue {
    const { hiddenSize, heads } = this.#text;
    const split = [...memory.shape.slice(0, 2), heads, this.#headSize];
    const project = (name: string) =>
      reshape(this.#weights.linear(`self.${name}`, this.memorySize, hiddenSize)(memory), split);
    return { keys: transpose(project('key'), [0, 2, 3, 1]), values: transpose(project('value'), [0, 2, 1, 3]) };
  }

  /** LN(x + Wo · attention(x over memory)). x [B, D] → [B, D] */
  attend(x: Tensor, memory: KeyValue): Tensor {
    const { hiddenSize, heads, layerNormEps } = this.#text;
    const query = this.#weights.linear('self.query', hiddenSize, hiddenSize)(x);
    const scaled = mul(reshape(query, ['B', heads, 1, this.#headSize]), this.#headSize ** -0.5);
    const attended = matMul(softmax(matMul(scaled, memory.keys)), memory.values);
    const projected = this.#weights.linear(
      'output.dense',
      hiddenSize,
      hiddenSize,
    )(reshape(attended, ['B', hiddenSize]));
    return norm(add(x, projected), this.#weights.at('output.LayerNorm'), hiddenSize, layerNormEps);
  }
}

function append(past: KeyValue, step: KeyValue): KeyValue {
  return { keys: concat([past.keys, step.keys], 3), values: concat([past.values, step.values], 2) };
}
