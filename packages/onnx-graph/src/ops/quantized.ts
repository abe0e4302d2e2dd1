import { emit, type Value } from '../graph.js';
import { type Dim, formatShape, GraphError } from '../shape.js';

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

/** A matrix [K, N] as bytes in blocks along K, each with a scale of its own: w = (q − 128) × scale. */
export interface BlockMatrix {
  /** uint8 [N, ⌈K / blockSize⌉, blockSize] */
  readonly quantized: Value<'uint8'>;
  /** float32 [N, ⌈K / blockSize⌉] */
  readonly scales: Value<'float32'>;
  readonly blockSize: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * x · matrix + bias with weights of eight bits (com.microsoft.MatMulNBits). Activations are rounded to eight bits, too,
 * block by block of each row, so that rows stay independent (accuracy_level 4). x [..., K], bias [N] → [..., N]
 */
export function matMulBlocks(
  x: Value<'float32'>,
  matrix: BlockMatrix,
  bias: Value<'float32'> | null,
): Value<'float32'> {
  const { quantized, scales, blockSize, rows: k, columns: n } = matrix;
  const shape: Dim[] = [...x.shape.slice(0, -1), n];
  if (x.dim(-1) !== k || (bias !== null && bias.dim(0) !== n)) {
    throw new GraphError(`MatMulNBits: ${formatShape(x.shape)} does not fit a matrix [${k}, ${n}] with its bias`);
  }
  const inputs = [x, quantized, scales, null, null, bias];
  const attributes = { K: k, N: n, bits: 8, block_size: blockSize, accuracy_level: 4 };
  return emit('MatMulNBits', inputs, { dtype: 'float32', shape }, { domain: 'com.microsoft', attributes });
}
