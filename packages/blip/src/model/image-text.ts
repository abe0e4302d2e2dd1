import { cast, div, Graph, gather, max, mul, pow, reduceSum, type Value } from '@blipq/onnx-graph';
import { type BlipConfig, imageTokens } from '../checkpoint/config.js';
import type { StateDict } from '../checkpoint/state-dict.js';
import { Weights } from './linear.js';
import type { Tensor } from './tensor.js';
import { TextEncoder } from './text-encoder.js';
import { floats, type ModelFormat } from './weight-format.js';

/**
 * What the graphs of an image with texts are fed.
 *
 * image_embeds  float32 [1, N, D]  one image, which all texts are about
 * ids           int64 [R, L]       [CLS] text [SEP], padded at the end with anything
 * lengths       int64 [R]
 */
function imageTextInputs(graph: Graph, config: BlipConfig) {
  return {
    image: graph.input('image_embeds', 'float32', [1, imageTokens(config), config.vision.hiddenSize]),
    ids: graph.input('ids', 'int64', ['R', 'L']),
    lengths: graph.input('lengths', 'int64', ['R']),
  };
}

function textEncoder(graph: Graph, config: BlipConfig, tensors: StateDict, format: ModelFormat): TextEncoder {
  return new TextEncoder(config, new Weights(graph, tensors, format.token, 'text_encoder.'), format.image);
}

/**
 * Questions with their image in view (BlipForQuestionAnswering.generate in modeling_blip.py, its first half).
 * output question_embeds float32 [R, L, D]: the decoder's memory
 */
export function questionEncoder(config: BlipConfig, tensors: StateDict, format: ModelFormat): Graph {
  const graph = new Graph('question-encoder');
  const { image, ids, lengths } = imageTextInputs(graph, config);
  const encoder = textEncoder(graph, config, tensors, format);
  graph.output('question_embeds', cast(encoder.encode(ids, lengths, cast(image, format.token.dtype)), 'float32'));
  return graph;
}

/**
 * How well texts fit an image (BlipForImageTextRetrieval in modeling_blip.py).
 *
 * outputs
 *   itm_logits  float32 [R, 2]  text and image do not match, and do: the text was read with the image in view
 *   itc_cosine  float32 [R]     cosine of the two read apart, projected into one space
 */
export function matcher(config: BlipConfig, tensors: StateDict, format: ModelFormat): Graph {
  const graph = new Graph('matcher');
  const { image, ids, lengths } = imageTextInputs(graph, config);
  const seen = cast(image, format.token.dtype);
  const encoder = textEncoder(graph, config, tensors, format);
  // The heads are a few products a text: nothing is gained by fewer bits.
  const heads = new Weights(graph, tensors, floats(format.token.dtype));
  const { hiddenSize } = config.text;

  const matched = heads.linear('itm_head', hiddenSize, 2)(first(encoder.encode(ids, lengths, seen)));
  const textFeatures = heads.linear(
    'text_proj',
    hiddenSize,
    config.projectionSize,
  )(first(encoder.encode(ids, lengths, null)));
  const imageFeatures = heads.linear('vision_proj', config.vision.hiddenSize, config.projectionSize)(first(seen));
  graph.output('itm_logits', cast(matched, 'float32'));
  graph.output('itc_cosine', reduceSum(mul(normalized(imageFeatures), normalized(textFeatures)), 1));
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
