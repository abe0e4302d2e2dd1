import { emit, type Value } from '../graph.js';
import { formatShape, GraphError } from '../shape.js';

/**
 * Rows of floats as unsigned bytes, each row by its own scale: q = round(x / scale) + 128, saturated to 0…255.
 * x [M, K], scale [M] → uint8 [M, K]
 */
export function quantizeRows(x: Value<'float32'>, scale: Value<'float32'>, zeroPoint: Value<'uint8'>): Value<'uint8'> {
  const perRow = [scale, zeroPoint].every((value) => value.shape.length === 1 && value.dim(0) === x.dim(0));
  if (x.shape.length !== 2 || !perRow) {
    const got = [x, scale, zeroPoint].map((value) => formatShape(value.shape));
    throw new GraphError(`QuantizeLinear: takes x [M, K], scale [M] and zero point [M], got ${got.join(', ')}`);
  }
  return emit('QuantizeLinear', [x, scale, zeroPoint], { dtype: 'uint8', shape: x.shape }, { attributes: { axis: 0 } });
}

/**
 * A product of integers, scaled back column by column (com.microsoft.MatMulIntegerToFloat):
 * y = ((a − zeroPoint) · b) × scale. a uint8 [M, K], b int8 [K, N], scale [N] → float32 [M, N]
 */
export function matMulInteger(
  a: Value<'uint8'>,
  b: Value<'int8'>,
  scale: Value<'float32'>,
  zeroPoint: number,
): Value<'float32'> {
  const fits = a.shape.length === 2 && b.shape.length === 2 && a.dim(1) === b.dim(0) && scale.dim(0) === b.dim(1);
  if (!fits) {
    const got = [a, b, scale].map((value) => formatShape(value.shape));
    throw new GraphError(`MatMulIntegerToFloat: takes a [M, K], b [K, N] and scale [N], got ${got.join(', ')}`);
  }
  const one = a.graph.constant('float32', [], [1]);
  return emit(
    'MatMulIntegerToFloat',
    [a, b, one, scale, a.graph.constant('uint8', [], [zeroPoint])],
    { dtype: 'float32', shape: [a.dim(0), b.dim(1)] },
    { domain: 'com.microsoft' },
  );
}
