import type { FloatType } from '../dtype.js';
import { emit, type Value } from '../graph.js';
import { broadcast, formatShape, GraphError } from '../shape.js';

/** Matrix product over the last two axes, batched over the others: [..., M, K] · [..., K, N] → [..., M, N]. */
export function matMul<D extends FloatType>(a: Value<D>, b: Value<D>): Value<D> {
  if (a.shape.length < 2 || b.shape.length < 2 || a.dim(-1) !== b.dim(-2) || a.dtype !== b.dtype) {
    throw new GraphError(
      `MatMul: cannot multiply ${a.dtype} ${formatShape(a.shape)} by ${b.dtype} ${formatShape(b.shape)}`,
    );
  }
  const batch = broadcast('MatMul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  return emit('MatMul', [a, b], { dtype: a.dtype, shape: [...batch, a.dim(-2), b.dim(-1)] });
}

/** x · weight + bias in one op. x [M, K], weight [K, N], bias [N] → [M, N]. */
export function gemm<D extends FloatType>(x: Value<D>, weight: Value<D>, bias: Value<D>): Value<D> {
  const fits =
    x.shape.length === 2 &&
    weight.shape.length === 2 &&
    x.dim(1) === weight.dim(0) &&
    bias.shape.length === 1 &&
    bias.dim(0) === weight.dim(1) &&
    x.dtype === weight.dtype &&
    x.dtype === bias.dtype;
  if (!fits) {
    const got = [x, weight, bias].map((value) => `${value.dtype} ${formatShape(value.shape)}`);
    throw new GraphError(`Gemm: takes x [M, K], weight [K, N] and bias [N] of one type, got ${got.join(', ')}`);
  }
  return emit('Gemm', [x, weight, bias], { dtype: x.dtype, shape: [x.dim(0), weight.dim(1)] });
}

/**
 * Bidirectional multi-head attention in one op: softmax(QKᵀ/√d)·V per head, heads concatenated (Vaswani et al. 2017).
 *
 * query [B, M, C], key and value [B, N, C], C = heads · d; bias [3C] is added to query, key and value first.
 * returns [B, M, C]
 */
export function multiHeadAttention<D extends FloatType>(
  query: Value<D>,
  key: Value<D>,
  value: Value<D>,
  bias: Value<D> | null,
  heads: number,
): Value<D> {
  const op = 'MultiHeadAttention';
  const channels = query.dim(-1);
  const fits =
    [query, key, value].every(
      (input) => input.shape.length === 3 && input.dim(0) === query.dim(0) && input.dim(2) === channels,
    ) &&
    key.dim(1) === value.dim(1) &&
    typeof channels === 'number' &&
    channels % heads === 0 &&
    (bias === null || (bias.shape.length === 1 && bias.dim(0) === 3 * channels)) &&
    [key, value, bias].every((input) => input === null || input.dtype === query.dtype);
  if (!fits) {
    const got = [query, key, value, bias].map((input) =>
      input ? `${input.dtype} ${formatShape(input.shape)}` : 'none',
    );
    throw new GraphError(`${op}: ${heads} heads do not fit query, key, value, bias ${got.join(', ')}`);
  }
  return emit(
    op,
    [query, key, value, bias],
    { dtype: query.dtype, shape: query.shape },
    { domain: 'com.microsoft', attributes: { num_heads: heads } },
  );
}
