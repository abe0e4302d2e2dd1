import { layerNorm } from '@blipq/onnx-graph';
import type { Weights } from './linear.js';
import type { Tensor } from './tensor.js';

/** Layer normalisation over the last axis, with the checkpoint's weight and bias. */
export function norm(weights: Weights, size: number, epsilon: number): (x: Tensor) => Tensor {
  const [scale, bias] = [weights.tensor('weight', [size]), weights.tensor('bias', [size])];
  return (x) => layerNorm(x, scale, bias, epsilon);
}
