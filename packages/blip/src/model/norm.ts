import { layerNorm } from '@blipq/onnx-graph';
import type { Tensor, Weights } from './linear.js';

/** Layer normalisation with the checkpoint's weight and bias. */
export function norm(x: Tensor, weights: Weights, size: number, epsilon: number): Tensor {
  return layerNorm(x, weights.tensor('weight', [size]), weights.tensor('bias', [size]), epsilon);
}
