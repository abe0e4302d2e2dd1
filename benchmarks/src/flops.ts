import { imageSize, patchSize, type ShapeName, shapes } from './random-checkpoint.js';

/**
 * Floating-point operations to encode one image, a multiplication and an addition counting as two: the matrix products
 * and attention of BLIP's vision transformer. Normalisations and activations, below 1 %, are left out.
 */
export function encoderFlops(name: ShapeName): number {
  const { hiddenSize: d, layers } = shapes[name];
  const patches = (imageSize / patchSize) ** 2;
  const tokens = patches + 1;
  // Q, K, V and the projection are 4 D×D matrices, the two of the MLP are 4 D×D each.
  const matrices = 2 * tokens * 12 * d * d;
  const attention = 2 * 2 * tokens * tokens * d;
  return layers * (matrices + attention) + 2 * patches * patchSize * patchSize * 3 * d;
}
