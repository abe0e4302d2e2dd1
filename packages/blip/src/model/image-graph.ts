import { cast, Graph } from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import type { StateDict } from '../checkpoint/state-dict.js';
import { imageFeature, imageKeyValues } from './image-text.js';
import { Weights } from './linear.js';
import { visionEncoder } from './vision-encoder.js';
import type { ModelFormat } from './weight-format.js';

/**
 * All that depends on the image alone.
 *
 * input    pixels         uint8 [B, S, S, 3]
 * outputs  image_embeds   float32 [B, N, D]
 *          of models that read texts with the image in view, for each layer of their text encoder:
 *          keys.<layer>   float32 [B, H, d, N]
 *          values.<layer> float32 [B, H, N, d]
 *          for image-text retrieval:
 *          image_feature  float32 [B, P]  see imageFeature
 */
export function imageEncoder(config: BlipConfig, tensors: StateDict, format: ModelFormat): Graph {
  const { imageSize } = config.vision;
  const graph = new Graph('encoder');
  const pixels = graph.input('pixels', 'uint8', ['B', imageSize, imageSize, 3]);
  const embeds = visionEncoder(pixels, config, new Weights(graph, tensors, format.image, 'vision_model.'));
  graph.output('image_embeds', cast(embeds, 'float32'));
  if (config.task === 'captioning') return graph;
  for (const [layer, { keys, values }] of imageKeyValues(embeds, config, tensors, format).entries()) {
    graph.output(`keys.${layer}`, cast(keys, 'float32'));
    graph.output(`values.${layer}`, cast(values, 'float32'));
  }
  if (config.task === 'image_text_retrieval') {
    graph.output('image_feature', imageFeature(embeds, config, tensors, format));
  }
  return graph;
}
