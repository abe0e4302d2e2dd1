import type { FloatType, NumericType } from '../dtype.js';
import { emit, emitAll, type Value } from '../graph.js';
import { type Dim, formatShape, GraphError, normalizeAxis, type Shape } from '../shape.js';

function without(shape: Shape, axis: number, keepDims: boolean): Shape {
  return keepDims ? shape.map((dim, i) => (i === axis ? 1 : dim)) : shape.filter((_, i) => i !== axis);
}

function reduction<D extends NumericType>(op: string, x: Value<D>, axis: number, keepDims: boolean): Value<D> {
  const at = normalizeAxis(op, axis, x.shape.length);
  const axes = x.graph.constant('int64', [1], [at]);
  const attributes = { keepdims: keepDims ? 1 : 0 };
  return emit(op, [x, axes], { dtype: x.dtype, shape: without(x.shape, at, keepDims) }, { attributes });
}

interface KeepDims {
  /** Leaves the reduced axis in place with size 1. Default false. */
  readonly keepDims?: boolean;
}

export const reduceMax = <D extends NumericType>(x: Value<D>, axis: number, { keepDims = false }: KeepDims = {}) =>
  reduction('ReduceMax', x, axis, keepDims);
export const reduceMin = <D extends NumericType>(x: Value<D>, axis: number, { keepDims = false }: KeepDims = {}) =>
  reduction('ReduceMin', x, axis, keepDims);
export const reduceSum = <D extends FloatType | 'int32' | 'int64'>(
  x: Value<D>,
  axis: number,
  { keepDims = false }: KeepDims = {},
) => reduction('ReduceSum', x, axis, keepDims);

/** Index of the first largest element along `axis`, which disappears. */
export function argMax(x: Value<NumericType>, axis: number): Value<'int64'> {
  const at = normalizeAxis('ArgMax', axis, x.shape.length);
  const attributes = { axis: at, keepdims: 0, select_last_index: 0 };
  return emit('ArgMax', [x], { dtype: 'int64', shape: without(x.shape, at, false) }, { attributes });
}

/**
 * The largest elements along the last axis, largest first, and their indices.
 *
 * @param count how many (int64 vector of one element); `dim` is what that size is called in the results' shapes
 */
export function topK<D extends FloatType>(
  x: Value<D>,
  count: Value<'int64'>,
  dim: Dim,
): { values: Value<D>; indices: Value<'int64'> } {
  const shape = [...x.shape.slice(0, -1), dim];
  const attributes = { axis: x.shape.length - 1, largest: 1, sorted: 1 };
  const outputs = [
    { dtype: x.dtype, shape },
    { dtype: 'int64' as const, shape },
  ];
  const [values, indices] = emitAll('TopK', [x, count], outputs, { attributes });
  return { values: values as Value<D>, indices: indices as Value<'int64'> };
}

/** Sums of the elements up to each one along the last axis, itself included unless `exclusive`. */
export function cumSum<D extends 'float32' | 'int32' | 'int64'>(
  x: Value<D>,
  { exclusive = false }: { readonly exclusive?: boolean } = {},
): Value<D> {
  const axis = x.graph.constant('int64', [], [x.shape.length - 1]);
  const attributes = { exclusive: exclusive ? 1 : 0 };
  return emit('CumSum', [x, axis], { dtype: x.dtype, shape: x.shape }, { attributes });
}

export function softmax<D extends FloatType>(x: Value<D>): Value<D> {
  return emit('Softmax', [x], { dtype: x.dtype, shape: x.shape }, { attributes: { axis: x.shape.length - 1 } });
}

/** log(softmax(x)) over the last axis. */
export function logSoftmax<D extends FloatType>(x: Value<D>): Value<D> {
  return emit('LogSoftmax', [x], { dtype: x.dtype, shape: x.shape }, { attributes: { axis: x.shape.length - 1 } });
}

/** Layer normalisation over the last axis (Ba et al. 2016). x [..., C], scale and bias [C]. */
export function layerNorm<D extends FloatType>(
  x: Value<D>,
  scale: Value<D>,
  bias: Value<D>,
  epsilon: number,
): Value<D> {
  const fits = (weight: Value) => weight.shape.length === 1 && weight.dim(0) === x.dim(-1) && weight.dtype === x.dtype;
  if (![scale, bias].every(fits)) {
    const [to, ...got] = [x, scale, bias].map((value) => `${value.dtype} ${formatShape(value.shape)}`);
    throw new GraphError(`LayerNormalization: scale and bias ${got.join(', ')} do not fit ${to}`);
  }
  const attributes = { axis: -1, epsilon: { float: epsilon } };
  return emit('LayerNormalization', [x, scale, bias], { dtype: x.dtype, shape: x.shape }, { attributes });
}
