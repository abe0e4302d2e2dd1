import { describe, expect, test } from 'vitest';
import {
  add,
  argMax,
  biasGelu,
  concat,
  dimension,
  equal,
  expand,
  Graph,
  GraphError,
  gather,
  gatherElements,
  gatherPerRow,
  gemm,
  layerNorm,
  matMul,
  multiHeadAttention,
  reduceSum,
  reshape,
  reshapeLike,
  resizeBicubic,
  type Shape,
  scatterElements,
  slice,
  split,
  squeeze,
  transpose,
  unsqueeze,
  type Value,
  where,
} from './index.js';

const graph = new Graph('main');
const f32 = (...shape: Shape) => graph.input('f', 'float32', shape);
const i64 = (...shape: Shape) => graph.input('i', 'int64', shape);
const bool = (...shape: Shape) => graph.input('b', 'bool', shape);
/** A value of a type that the compiler would not let through, as plain JavaScript or a cast may. */
const mistyped = (value: Value) => value as never;

describe('what does not fit is an error that names the op and what it got', () => {
  test.each<[string, () => unknown, string]>([
    ['shapes', () => add(f32('B', 2), f32('C', 2)), 'Add: cannot broadcast [B, 2] with [C, 2]'],
    ['shapes', () => equal(i64(3), i64(2)), 'Equal: cannot broadcast [3] with [2]'],
    ['shapes', () => where(bool('B'), f32('B'), f32('C')), 'Where: cannot broadcast [B] with [B] with [C]'],
    ['types', () => add(f32(2), mistyped(i64(2))), 'is float32 and'],
    ['types', () => where(bool(1), f32(2), mistyped(i64(2))), 'Where: '],
    ['two numbers', () => where(bool(1), 1 as never, 2), 'Where: at least one branch must be a tensor'],
    ['size', () => biasGelu(f32('B', 4), f32(3)), 'BiasGelu: bias [3] does not fit [B, 4]'],
    ['rank', () => biasGelu(f32('B', 4), f32(1, 4)), 'BiasGelu: bias [1, 4] does not fit [B, 4]'],

    ['elements', () => reshape(f32('B', 4), ['B', 3]), 'Reshape: [B, 4] cannot become [B, 3]'],
    ['elements', () => reshape(f32('B', 4), ['C', 4]), 'Reshape: [B, 4] cannot become [C, 4]'],
    ['elements', () => reshape(f32(6), [4]), 'Reshape: [6] cannot become [4]'],
    ['two to infer', () => reshape(f32('B', 'T', 2), [2, 'B', 'T']), 'leaves more than one axis to infer'],
    ['a zero that moves', () => reshape(f32(0, 4), [2, 0]), 'Reshape: [0, 4] to [2, 0] moves an axis of size 0'],
    ['a sum', () => reshape(concat([f32('B*T'), f32(1)], 0), ['B', 'T+1']), 'Reshape: [B*T+1] cannot become [B, T+1]'],
    ['too few axes', () => transpose(f32(2, 3), [0]), 'Transpose: [0] does not permute [2, 3]'],
    ['an axis twice', () => transpose(f32(2, 3), [1, 1]), 'Transpose: [1, 1] does not permute [2, 3]'],
    ['nothing', () => concat([], 0), 'Concat: takes at least one tensor'],
    ['shapes', () => concat([f32('B', 2), f32('C', 2)], 1), 'float32 [B, 2] and float32 [C, 2] do not fit'],
    [
      'types',
      () => concat([f32(2), mistyped(i64(2))], 0),
      'Concat: along axis 0, float32 [2] and int64 [2] do not fit',
    ],
    ['axis', () => concat([f32(2)], 1), 'Concat: axis 1 is outside a tensor of rank 1'],
    ['axis', () => gather(f32(2), i64(1), -2), 'Gather: axis -2 is outside a tensor of rank 1'],
    ['axis', () => gather(f32(2), i64(1), 0.5), 'Gather: axis 0.5 is outside a tensor of rank 1'],
    [
      'shapes',
      () => gatherElements(f32(2, 3), i64(3, 1), 1),
      'GatherElements: indices [3, 1] do not fit [2, 3] along 1',
    ],
    ['rank', () => gatherElements(f32(2, 3), i64(2), 1), 'GatherElements: indices [2] do not fit [2, 3] along 1'],
    ['batch', () => gatherPerRow(f32('B', 3), i64('C', 1)), 'got [B, 3] and [C, 1]'],
    ['shapes', () => scatterElements(f32('B', 3), i64('B', 2), f32('B', 1)), 'ScatterElements: '],
    ['end', () => slice(f32('B', 4), 1, 2, 5), 'Slice: 2 to 5 is outside axis 1 of [B, 4]'],
    ['nothing', () => slice(f32('B', 4), 1, 2, 2), 'Slice: 2 to 2 is outside axis 1 of [B, 4]'],
    ['start', () => slice(f32('B', 4), 1, -1, 2), 'Slice: -1 to 2 is outside axis 1 of [B, 4]'],
    ['axis', () => unsqueeze(f32(2), 2.5), 'Unsqueeze: axis 2.5 is outside a tensor of rank 2'],
    ['axis', () => unsqueeze(f32(2), 3), 'Unsqueeze: axis 3 is outside a tensor of rank 2'],
    ['parts', () => split(f32(5), 0, 2), 'Split: axis 0 of [5] has no 2 equal parts'],
    ['parts of a named size', () => split(f32('B'), 0, 2), 'Split: axis 0 of [B] has no 2 equal parts'],
    ['size', () => squeeze(f32('B', 2), 0), 'Squeeze: axis 0 of [B, 2] is not 1'],
    ['shapes', () => expand(f32(3), [2]), 'Expand: cannot broadcast [3] with [2]'],
    ['sizes', () => reshapeLike(f32(2, 3), [7], f32(1)), 'Reshape: [2, 3] cannot become [7]'],
    ['an unknown name', () => expand(f32(1), ['B']), 'Expand: nothing tells the size of B in [B]'],
    ['a name elsewhere', () => expand(f32(1), ['B'], f32(2, 'B')), 'Expand: nothing tells the size of B in [B]'],
    ['axis', () => dimension(f32(2), 1), 'Shape: axis 1 is outside a tensor of rank 1'],

    ['inner sizes', () => matMul(f32('B', 3), f32(4, 2)), 'MatMul: cannot multiply float32 [B, 3] by float32 [4, 2]'],
    ['batches', () => matMul(f32('B', 1, 3), f32('C', 3, 2)), 'MatMul: cannot broadcast [B] with [C]'],
    ['rank', () => matMul(f32(3), f32(3, 2)), 'MatMul: cannot multiply float32 [3] by float32 [3, 2]'],
    ['bias', () => gemm(f32('B', 3), f32(3, 2), f32(3)), 'got float32 [B, 3], float32 [3, 2], float32 [3]'],
    ['types', () => gemm(f32('B', 3), f32(3, 2), mistyped(i64(2))), 'Gemm: takes '],
    ['heads', () => attention(f32('B', 1, 4), f32('B', 'T', 4), null, 3), 'MultiHeadAttention: 3 heads do not fit'],
    ['batches', () => attention(f32('B', 1, 4), f32('C', 'T', 4), null, 2), 'float32 [B, 1, 4], float32 [C, T, 4]'],
    ['types', () => attention(f32('B', 1, 4), mistyped(i64('B', 1, 4)), null, 2), 'MultiHeadAttention: '],
    ['bias', () => attention(f32('B', 1, 4), f32('B', 1, 4), f32(4), 2), 'MultiHeadAttention: '],

    ['axis', () => reduceSum(f32(2), 1), 'ReduceSum: axis 1 is outside a tensor of rank 1'],
    ['axis', () => argMax(f32(), 0), 'ArgMax: axis 0 is outside a tensor of rank 0'],
    ['scale', () => layerNorm(f32('B', 4), f32(3), f32(4), 1e-5), 'scale and bias float32 [3], float32 [4] do not fit'],
    ['types', () => layerNorm(f32('B', 4), f32(4), mistyped(i64(4)), 1e-5), 'LayerNormalization: scale and bias'],
    ['axes', () => resizeBicubic(f32(1, 4, 4, 3), [3, 4], [2, 2]), 'Resize: axes 3, 4 are outside a tensor of rank 4'],

    ['too few values', () => graph.constant('float32', [2, 2], [1]), 'constant: 1 values do not fill [2, 2]'],
    ['half an integer', () => add(i64(1), 0.5), 'constant: int64 cannot be 0.5'],
    ['what is too large', () => graph.constant('uint8', [], [256]), 'constant: uint8 cannot be 256'],
    ['what is inexact', () => graph.constant('int64', [], [2 ** 60]), 'constant: int64 cannot be'],
    ['rank', () => f32(2).dim(1), 'no axis 1 in [2]'],
  ])('%s: %s', (_what, build, message) => {
    expect(build).toThrow(GraphError);
    expect(build).toThrow(message);
  });
});

function attention(query: Value<'float32'>, memory: Value<'float32'>, bias: Value<'float32'> | null, heads: number) {
  return multiHeadAttention(query, memory, memory, bias, heads);
}

test('values of unrelated graphs do not mix', () => {
  const foreign = new Graph('other').input('foreign', 'float32', [1]);
  const message = 'Add: foreign belongs to another graph (other) than main';
  expect(() => add(f32(1), foreign)).toThrow(new GraphError(message));
  expect(() => graph.output('y', foreign)).toThrow('output y: foreign belongs to another graph (other) than main');
});
