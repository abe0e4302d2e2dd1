import { describe, expect, test } from 'vitest';
import {
  abs,
  add,
  argMax,
  biasGelu,
  cast,
  concat,
  cumSum,
  type DType,
  div,
  equal,
  expand,
  type FloatType,
  gather,
  gatherElements,
  gatherPerRow,
  gelu,
  gemm,
  greater,
  greaterOrEqual,
  type IntegerType,
  identity,
  layerNorm,
  less,
  logSoftmax,
  matMul,
  max,
  min,
  mod,
  mul,
  multiHeadAttention,
  type NumericType,
  neg,
  pow,
  reduceMax,
  reduceMin,
  reduceSum,
  reshape,
  reshapeLike,
  resizeBicubic,
  scatterElements,
  slice,
  softmax,
  split,
  squeeze,
  sub,
  topK,
  transpose,
  unsqueeze,
  type Value,
  where,
} from './index.js';
import { Given } from './testing/op-case.js';
import { runGraph } from './testing/run-graph.js';

const floats: FloatType[] = ['float32', 'float16'];
const integers: IntegerType[] = ['uint8', 'int8', 'int32', 'int64'];
const numbers: NumericType[] = [...floats, ...integers];
const all: DType[] = [...numbers, 'bool'];

/** A function at each type that its signature takes, applied to x = [1, 0, 3] (bool: [1, 0, 1]) and a like y. */
function atTypes<D extends DType>(name: string, dtypes: readonly D[], build: (x: Value<D>, y: Value<D>) => Value) {
  return dtypes.map((dtype) => ({ name, dtype, build: build as unknown as (x: Value, y: Value) => Value }));
}

const index = (near: Value, ...values: number[]) => near.graph.constant('int64', [values.length], values);

describe('onnxruntime has each op at each type that its signature takes', () => {
  test.each([
    ...atTypes('add', numbers, (x, y) => add(x, y)),
    ...atTypes('sub', numbers, (x, y) => sub(x, y)),
    ...atTypes('mul', numbers, (x, y) => mul(x, y)),
    ...atTypes('div', numbers, (x, y) => div(y, max(x, 1))),
    ...atTypes('pow', floats, (x, y) => pow(x, y)),
    ...atTypes('max', numbers, (x, y) => max(x, y)),
    ...atTypes('min', numbers, (x, y) => min(x, y)),
    ...atTypes('mod', integers, (x, y) => mod(y, max(x, 1))),
    ...atTypes('equal', all, (x, y) => equal(x, y)),
    ...atTypes('less', numbers, (x, y) => less(x, y)),
    ...atTypes('greater', numbers, (x, y) => greater(x, y)),
    ...atTypes('greaterOrEqual', numbers, (x, y) => greaterOrEqual(x, y)),
    ...atTypes('abs', numbers, (x) => abs(x)),
    ...atTypes('neg', floats, (x) => neg(x)),
    ...atTypes('identity', all, (x) => identity(x)),
    ...atTypes('where', ['float32', 'float16', 'uint8', 'int32', 'int64'], (x, y) => where(equal(x, y), x, y)),
    ...all.flatMap((to) => atTypes(`cast to ${to}`, all, (x) => cast(x, to))),
    ...atTypes('gelu', floats, (x) => gelu(x)),
    ...atTypes('biasGelu', floats, (x, y) => biasGelu(x, y)),
    ...atTypes('softmax', floats, (x) => softmax(x)),
    ...atTypes('logSoftmax', floats, (x) => logSoftmax(x)),
    ...atTypes('layerNorm', floats, (x, y) => layerNorm(x, y, y, 1e-5)),
    ...atTypes('reduceMax', numbers, (x) => reduceMax(x, 0)),
    ...atTypes('reduceMin', numbers, (x) => reduceMin(x, 0)),
    ...atTypes('reduceSum', ['float32', 'float16', 'int32', 'int64'], (x) => reduceSum(x, 0)),
    ...atTypes('argMax', numbers, (x) => argMax(x, 0)),
    ...atTypes('cumSum', ['float32', 'int32', 'int64'], (x) => cumSum(x)),
    ...atTypes('topK', floats, (x) => topK(x, index(x, 2), 2).values),
    ...atTypes('matMul', floats, (x, y) => matMul(reshape(x, [1, 3]), reshape(y, [3, 1]))),
    ...atTypes('gemm', floats, (x, y) => gemm(reshape(x, [1, 3]), reshape(y, [3, 1]), slice(x, 0, 0, 1))),
    ...atTypes('multiHeadAttention', floats, (x, y) => {
      const [query, memory] = [reshape(x, [1, 1, 3]), reshape(y, [1, 1, 3])];
      return multiHeadAttention(query, memory, memory, null, 1);
    }),
    ...atTypes('reshape', all, (x) => reshape(x, [3, 1])),
    ...atTypes('transpose', all, (x) => transpose(unsqueeze(x, 0), [1, 0])),
    ...atTypes('concat', all, (x, y) => concat([x, y], 0)),
    ...atTypes('gather', all, (x) => gather(x, index(x, 1, 2))),
    ...atTypes('gatherElements', all, (x) => gatherElements(x, index(x, 1, 2), 0)),
    ...atTypes('gatherPerRow', all, (x) => gatherPerRow(unsqueeze(x, 0), unsqueeze(index(x, 1, 2), 0))),
    ...atTypes('scatterElements', all, (x, y) => scatterElements(x, index(x, 1), slice(y, 0, 0, 1))),
    ...atTypes('scatterElements min', numbers, (x, y) => scatterElements(x, index(x, 1), slice(y, 0, 0, 1), 'min')),
    ...atTypes('slice', all, (x) => slice(x, 0, 1, 3)),
    ...atTypes('split', all, (x) => split(x, 0, 3)[1]!),
    ...atTypes('squeeze', all, (x) => squeeze(unsqueeze(x, 1), 1)),
    ...atTypes('reshapeLike', all, (x) => reshapeLike(x, [3, 1], x)),
    ...atTypes('expand', all, (x) => expand(x, [2, 3])),
    ...atTypes('resizeBicubic', ['float32', 'float16', 'uint8', 'int8', 'int32'], (x, y) =>
      resizeBicubic(reshape(concat([x, y], 0), [1, 2, 3, 1]), [1, 2], [3, 2]),
    ),
  ])('$name of $dtype', async ({ dtype, build }) => {
    const given = new Given();
    const x = [1, 0, dtype === 'bool' ? 1 : 3];
    const y = [1, dtype === 'bool' ? 1 : 2, 0];
    const operand = (values: number[]) =>
      dtype === 'float16' ? cast(given.f32([3], values), dtype) : given.input(dtype, [3], values);
    const result = build(operand(x), operand(y));
    const readable = result.dtype === 'float16' ? cast(result, 'float32') : result;
    given.graph.output('y', readable);
    const outputs = await runGraph(given.graph, given.feeds);
    expect(outputs.y).toMatchObject({ dtype: readable.dtype, dims: result.shape });
  });
});
