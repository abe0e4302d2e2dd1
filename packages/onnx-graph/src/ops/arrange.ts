import type { DType } from '../dtype.js';
import { emit, emitAll, type Value } from '../graph.js';
import {
  addDims,
  broadcast,
  type Dim,
  formatShape,
  GraphError,
  normalizeAxis,
  product,
  type Shape,
  sameShape,
} from '../shape.js';

/**
 * The same elements in another shape. A named dimension must stand at the same axis as in `x`, except one,
 * which onnxruntime then infers from the number of elements.
 */
export function reshape<D extends DType>(x: Value<D>, shape: Shape): Value<D> {
  if (product(x.shape) !== product(shape)) {
    throw new GraphError(`Reshape: ${formatShape(x.shape)} cannot become ${formatShape(shape)}`);
  }
  const target = shape.map((dim, axis) => {
    if (typeof dim === 'number') return dim;
    return x.shape[axis] === dim ? 0 : -1;
  });
  if (target.filter((dim) => dim === -1).length > 1) {
    throw new GraphError(
      `Reshape: ${formatShape(x.shape)} to ${formatShape(shape)} leaves more than one axis to infer`,
    );
  }
  // A 0 in the target means "as in x".
  if (shape.some((dim, axis) => dim === 0 && x.shape[axis] !== 0)) {
    throw new GraphError(`Reshape: ${formatShape(x.shape)} to ${formatShape(shape)} moves an axis of size 0`);
  }
  return emit('Reshape', [x, int64s(x, target)], { dtype: x.dtype, shape });
}

/** Reorders axes: result axis i is axis permutation[i] of x. */
export function transpose<D extends DType>(x: Value<D>, permutation: readonly number[]): Value<D> {
  const sorted = [...permutation].sort((a, b) => a - b);
  if (sorted.length !== x.shape.length || sorted.some((axis, index) => axis !== index)) {
    throw new GraphError(`Transpose: [${permutation.join(', ')}] does not permute ${formatShape(x.shape)}`);
  }
  const shape = permutation.map((axis) => x.dim(axis));
  return emit('Transpose', [x], { dtype: x.dtype, shape }, { attributes: { perm: permutation } });
}

/** Joins tensors that are alike but for their size along `axis`. */
export function concat<D extends DType>(values: readonly Value<D>[], axis: number): Value<D> {
  const [first, ...others] = values;
  if (first === undefined) throw new GraphError('Concat: takes at least one tensor');
  const at = normalizeAxis('Concat', axis, first.shape.length);
  let joined: Dim = first.dim(at);
  for (const other of others) {
    const fits =
      other.dtype === first.dtype &&
      other.shape.length === first.shape.length &&
      other.shape.every((dim, index) => index === at || dim === first.shape[index]);
    if (!fits) {
      const shapes = values.map((value) => `${value.dtype} ${formatShape(value.shape)}`);
      throw new GraphError(`Concat: along axis ${at}, ${shapes.join(' and ')} do not fit`);
    }
    joined = addDims(joined, other.dim(at));
  }
  const shape = first.shape.map((dim, index) => (index === at ? joined : dim));
  return emit('Concat', values, { dtype: first.dtype, shape }, { attributes: { axis: at } });
}

/** Picks slices of `x` along `axis` by index: the axis is replaced by the shape of `indices`. */
export function gather<D extends DType>(x: Value<D>, indices: Value<'int64'>, axis = 0): Value<D> {
  const at = normalizeAxis('Gather', axis, x.shape.length);
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  return emit('Gather', [x, indices], { dtype: x.dtype, shape }, { attributes: { axis: at } });
}

/** Picks single elements along `axis`: result[i][j] = x[i][indices[i][j]] for axis 1. Shapes may differ at that axis only. */
export function gatherElements<D extends DType>(x: Value<D>, indices: Value<'int64'>, axis: number): Value<D> {
  const at = normalizeAxis('GatherElements', axis, x.shape.length);
  const fits = x.shape.length === indices.shape.length && x.shape.every((dim, i) => i === at || dim === indices.dim(i));
  if (!fits) {
    throw new GraphError(
      `GatherElements: indices ${formatShape(indices.shape)} do not fit ${formatShape(x.shape)} along ${at}`,
    );
  }
  return emit('GatherElements', [x, indices], { dtype: x.dtype, shape: indices.shape }, { attributes: { axis: at } });
}

/** Picks slices along axis 1, other ones for each row of the batch: x [B, K, ...], indices [B, C] → [B, C, ...]. */
export function gatherPerRow<D extends DType>(x: Value<D>, indices: Value<'int64'>): Value<D> {
  if (x.shape.length < 2 || indices.shape.length !== 2 || x.dim(0) !== indices.dim(0)) {
    const got = [x, indices].map((value) => formatShape(value.shape));
    throw new GraphError(`GatherND: takes x [B, K, ...] and indices [B, C], got ${got.join(' and ')}`);
  }
  const shape = [...indices.shape, ...x.shape.slice(2)];
  const inputs = [x, unsqueeze(indices, 2)];
  return emit('GatherND', inputs, { dtype: x.dtype, shape }, { attributes: { batch_dims: 1 } });
}

/**
 * x with the elements that `indices` name along the last axis replaced by `updates`, or lowered to them where
 * `reduction` is 'min'. x [..., V], indices and updates [..., T]. Without a reduction, an index that occurs twice
 * needs the same update twice.
 */
export function scatterElements<D extends DType>(
  x: Value<D>,
  indices: Value<'int64'>,
  updates: Value<D>,
  reduction: 'none' | 'min' = 'none',
): Value<D> {
  if (!sameShape(indices.shape, updates.shape) || !sameShape(x.shape.slice(0, -1), indices.shape.slice(0, -1))) {
    const got = [x, indices, updates].map((value) => formatShape(value.shape));
    throw new GraphError(`ScatterElements: x, indices and updates do not fit: ${got.join(', ')}`);
  }
  const attributes = { axis: x.shape.length - 1, reduction };
  return emit('ScatterElements', [x, indices, updates], { dtype: x.dtype, shape: x.shape }, { attributes });
}

/** The integers 0, 1, 2, … up to, not including, `count` (int64 scalar), as a vector whose size is called `dim`. */
export function range(count: Value<'int64'>, dim: Dim): Value<'int64'> {
  const [zero, one] = [0, 1].map((value) => count.graph.constant('int64', [], [value])) as [Value, Value];
  return emit('Range', [zero, count, one], { dtype: 'int64', shape: [dim] });
}

/** The elements from `start` up to, not including, `end` along `axis`. */
export function slice<D extends DType>(x: Value<D>, axis: number, start: number, end: number): Value<D> {
  const at = normalizeAxis('Slice', axis, x.shape.length);
  const dim = x.dim(at);
  if (start < 0 || end <= start || (typeof dim === 'number' && end > dim)) {
    throw new GraphError(`Slice: ${start} to ${end} is outside axis ${at} of ${formatShape(x.shape)}`);
  }
  const shape = x.shape.map((size, index) => (index === at ? end - start : size));
  const inputs = [x, int64s(x, [start]), int64s(x, [end]), int64s(x, [at])];
  return emit('Slice', inputs, { dtype: x.dtype, shape });
}

/** `count` equal parts of x along `axis`. */
export function split<D extends DType>(x: Value<D>, axis: number, count: number): Value<D>[] {
  const at = normalizeAxis('Split', axis, x.shape.length);
  const size = Number(x.dim(at)) / count;
  if (!Number.isInteger(size)) {
    throw new GraphError(`Split: axis ${at} of ${formatShape(x.shape)} has no ${count} equal parts`);
  }
  const shape = x.shape.map((dim, index) => (index === at ? size : dim));
  const outputs = Array.from({ length: count }, () => ({ dtype: x.dtype, shape }));
  return emitAll('Split', [x], outputs, { attributes: { axis: at, num_outputs: count } }) as Value<D>[];
}

/** Adds an axis of size 1 so that it becomes `axis` of the result. */
export function unsqueeze<D extends DType>(x: Value<D>, axis: number): Value<D> {
  const at = normalizeAxis('Unsqueeze', axis, x.shape.length + 1);
  const shape = [...x.shape.slice(0, at), 1, ...x.shape.slice(at)];
  return emit('Unsqueeze', [x, int64s(x, [at])], { dtype: x.dtype, shape });
}

/** Removes `axis`, which must have size 1. */
export function squeeze<D extends DType>(x: Value<D>, axis: number): Value<D> {
  const at = normalizeAxis('Squeeze', axis, x.shape.length);
  if (x.dim(at) !== 1) throw new GraphError(`Squeeze: axis ${at} of ${formatShape(x.shape)} is not 1`);
  const shape = x.shape.filter((_, index) => index !== at);
  return emit('Squeeze', [x, int64s(x, [at])], { dtype: x.dtype, shape });
}

/** Splits the axes of `x` as `shape` has them; named dimensions are read from `like` at run time, at the same axis. */
export function reshapeLike<D extends DType>(x: Value<D>, shape: Shape, like: Value): Value<D> {
  if (product(x.shape) !== product(shape)) {
    throw new GraphError(`Reshape: ${formatShape(x.shape)} cannot become ${formatShape(shape)}`);
  }
  return emit('Reshape', [x, runtimeShape('Reshape', x, shape, like)], { dtype: x.dtype, shape });
}

/**
 * Repeats `x` by broadcasting to `shape`. Named dimensions are read from `like` at run time, at the same axis.
 */
export function expand<D extends DType>(x: Value<D>, shape: Shape, like?: Value): Value<D> {
  const result = broadcast('Expand', x.shape, shape);
  return emit('Expand', [x, runtimeShape('Expand', x, shape, like)], { dtype: x.dtype, shape: result });
}

function runtimeShape(op: string, near: Value, shape: Shape, like: Value | undefined): Value<'int64'> {
  const sizes = shape.map((dim, axis) => {
    if (typeof dim === 'number') return int64s(near, [dim]);
    if (like?.shape[axis] !== dim) {
      throw new GraphError(`${op}: nothing tells the size of ${dim} in ${formatShape(shape)}`);
    }
    return dimension(like, axis);
  });
  return concat(sizes, 0);
}

/** The size of one axis at run time, as an int64 vector of one element. */
export function dimension(x: Value, axis: number): Value<'int64'> {
  const at = normalizeAxis('Shape', axis, x.shape.length);
  return emit('Shape', [x], { dtype: 'int64', shape: [1] }, { attributes: { start: at, end: at + 1 } });
}

function int64s(near: Value, values: readonly number[]): Value<'int64'> {
  return near.graph.constant('int64', [values.length], values);
}
