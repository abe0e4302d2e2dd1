import type { DType } from '../dtype.js';
import { emit, type Value } from '../graph.js';
import { GraphError } from '../shape.js';

/**
 * Resizes two axes of an image by Pillow's bicubic filter: a = −0.5, widened when shrinking so that every source
 * pixel counts (antialias), weights renormalised at the borders.
 *
 * x [1, H, W, C] or any layout; `axes` name the two that change; `sizes` is their new size.
 */
export function resizeBicubic<D extends Exclude<DType, 'int64' | 'bool'>>(
  x: Value<D>,
  axes: readonly [number, number],
  sizes: readonly [number, number],
): Value<D> {
  if (axes.some((axis) => axis < 0 || axis >= x.shape.length)) {
    throw new GraphError(`Resize: axes ${axes.join(', ')} are outside a tensor of rank ${x.shape.length}`);
  }
  const shape = x.shape.map((dim, axis) => (axis === axes[0] ? sizes[0] : axis === axes[1] ? sizes[1] : dim));
  const attributes = {
    axes,
    mode: 'cubic',
    antialias: 1,
    cubic_coeff_a: { float: -0.5 },
    exclude_outside: 1,
    coordinate_transformation_mode: 'half_pixel',
  };
  const target = x.graph.constant('int64', [2], sizes);
  return emit('Resize', [x, null, null, target], { dtype: x.dtype, shape }, { attributes });
}
