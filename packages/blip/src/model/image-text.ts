import { cast, div, Graph, gather, max, mul, pow, reduceSum, type Value } from '@blipq/onnx-graph';
import { type BlipConfig, imageTokens } from '../checkpoint/config.js';
import type { StateDict } from '../checkpoint/state-dict.js';
import type { KeyValue } from './attention.js';
import { Weights } from './linear.js';
import type { Tensor } from './tensor.js';
import { TextEncoder } from './text-encoder.js';
import { memoryProjections } from './text-layer.js';
import { floats, type ModelFormat } from './weight-format.js';

/** Where the text encoder's weights are. */
const TEXT_ENCODER = 'text_encoder.';

/** What each layer of the text encoder sees of images, [B, N, D], whatever the text. */
export function imageKeyValues(
  embeds: Tensor,
  { text }: BlipConfig,
  tensors: StateDict,
  { image }: ModelFormat,
): KeyValue[] {
  const weights = new Weights(embeds.graph, tensors, image, TEXT_ENCODER);
  return memoryProjections(text, weights.at('encoder')).map((project) => project(embeds));
}

/** Images [B, N, D] in the space that they share with texts: float32 [B, P], of length 1. */
export function imageFeature(embeds: Tensor, config: BlipConfig, tensors: StateDict, { image }: ModelFormat) {
  const { vision, projectionSize } = config;
  const heads = new Weights(embeds.graph, tensors, floats(image.dtype));
  return normalized(heads.linear('vision_proj', vision.hiddenSize, projectionSize)(first(embeds)));
}

/**
 * What the graphs of an image with texts are fed.
 *
 * ids             int64 [R, L]         [CLS] text [SEP], padded at the end with anything
 * lengths         int64 [R]
 * keys.<layer>    float32 [1, H, d, N] one image, which all texts are about, as the image encoder gives it
 * values.<layer>  float32 [1, H, N, d]
 */
function imageTextInputs(graph: Graph, config: BlipConfig, { token }: ModelFormat) {
  const { heads, hiddenSize, layers } = config.text;
  const [tokens, size] = [imageTokens(config), hiddenSize / heads];
  const image = Array.from({ length: layers }, (_, layer) => ({
    keys: cast(graph.input(`keys.${layer}`, 'float32', [1, heads, size, tokens]), token.dtype),
    values: cast(graph.input(`values.${layer}`, 'float32', [1, heads, tokens, size]), token.dtype),
  }));
  return { image, ids: graph.input('ids', 'int64', ['R', 'L']), lengths: graph.input('lengths', 'int64', ['R']) };
}

function textEncoder(graph: Graph, config: BlipConfig, tensors: StateDict, format: ModelFormat): TextEncoder {
  return new TextEncoder(config, new Weights(graph, tensors, format.token, TEXT_ENCODER));
}

/**
 * Questions with their image in view (BlipForQuestionAnswering.generate in modeling_blip.py, its first half).
 * output question_embeds float32 [R, L, D]: the decoder's memory
 */
export function questionEncoder(config: BlipConfig, tensors: StateDict, format: ModelFormat): Graph {
  const graph = new Graph('question-encoder');
  const { image, ids, lengths } = imageTextInputs(graph, config, format);
  const encoder = textEncoder(graph, config, tensors, format);
  graph.output('question_embeds', cast(encoder.encode(ids, lengths, image), 'float32'));
  return graph;
}

/**
 * How well texts fit an image (BlipForImageTextRetrieval in modeling_blip.py).
 *
 * input, beside imageTextInputs
 *   image_feature  float32 [1, P]  see imageFeature
 * outputs
 *   itm_logits     float32 [R, 2]  text and image do not match, and do: the text was read with the image in view
 *   itc_cosine     float32 [R]     cosine of the two read apart, projected into one space
 */
export function matcher(config: BlipConfig, tensors: StateDict, format: ModelFormat): Graph {
  const graph = new Graph('matcher');
  const { hiddenSize } = config.text;
  const { image, ids, lengths } = imageTextInputs(graph, config, format);
  const feature = graph.input('image_feature', 'float32', [1, config.projectionSize]);
  const encoder = textEncoder(graph, config, tensors, format);
  // The heads are a few products a text: nothing is gained by fewer bits.
  const heads = new Weights(graph, tensors, floats(format.token.dtype));

  const matched = heads.linear('itm_head', hiddenSize, 2)(first(encoder.encode(ids, lengths, image)));
  const project = heads.linear('text_proj', hiddenSize, config.projectionSize);
  const textFeatures = normalized(project(first(encoder.encode(ids, lengths, null))));
  graph.output('itm_logits', cast(matched, 'float32'));
  graph.output('itc_cosine', reduceSum(mul(feature, textFeatures), 1));
  return graph;
}

/** The first token of each row: [R, L, D] → [R, D] */
function first(x: Tensor): Tensor {
  return gather(x, x.graph.root.constant('int64', [], [0]), 1);
}

/** Rows of length 1 (torch.nn.functional.normalize): [R, P] → float32 [R, P] */
function normalized(x: Tensor): Value<'float32'> {
  const values = cast(x, 'float32');
  const length = pow(reduceSum(mul(values, values), 1, { keepDims: true }), 0.5);
  return div(values, max(length, 1e-12));
}
