import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  abs,
  add,
  and,
  argMax,
  biasGelu,
  cast,
  concat,
  cumSum,
  type DType,
  dimension,
  div,
  equal,
  expand,
  type FloatType,
  Graph,
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
  matMulBlocks,
  matMulInteger,
  max,
  min,
  mod,
  mul,
  multiHeadAttention,
  type NumericType,
  neg,
  not,
  or,
  pow,
  quantizeRows,
  range,
  reduceMax,
  reduceMin,
  reduceSum,
  reshape,
  reshapeLike,
  resizeBicubic,
  type Shape,
  scatterElements,
  slice,
  softmax,
  squeeze,
  sub,
  topK,
  transpose,
  unsqueeze,
  type Value,
  where,
} from './index.js';
import { type Elements, resolveShape, runGraph } from './testing/run-graph.js';

/** What the named dimensions of all cases are when they run. */
const sizes = new Map([
  ['B', 2],
  ['T', 3],
]);

/** A case's graph and what is fed to it. */
class Given {
  readonly graph = new Graph('case');
  readonly feeds: Record<string, Elements> = {};

  input<D extends DType>(dtype: D, shape: Shape, values: readonly number[]): Value<D> {
    const value = this.graph.input('x', dtype, shape);
    this.feeds[value.name] = { dtype, dims: resolveShape(shape, sizes), values };
    return value;
  }
  f32 = (shape: Shape, values: readonly number[]) => this.input('float32', shape, values);
  i64 = (shape: Shape, values: readonly number[]) => this.input('int64', shape, values);
  bool = (shape: Shape, values: readonly number[]) => this.input('bool', shape, values);
}

type Case = readonly [name: string, build: (given: Given) => Value | readonly Value[], ...expected: number[][]];

/** Names begin with the function that they are about; expected are the elements of each result in C order. */
const cases: Case[] = [
  ['add: B with B', ({ f32 }) => add(f32(['B', 2], [1, 2, 3, 4]), f32(['B', 2], [10, 20, 30, 40])), [11, 22, 33, 44]],
  ['add: B with 1', ({ f32 }) => add(f32(['B', 2], [1, 2, 3, 4]), f32([1, 2], [10, 20])), [11, 22, 13, 24]],
  ['add: 1 with B', ({ f32 }) => add(f32([1, 2], [10, 20]), f32(['B', 1], [1, 2])), [11, 21, 12, 22]],
  ['add: of different ranks', ({ f32 }) => add(f32([2], [10, 20]), f32(['B', 2], [1, 2, 3, 4])), [11, 22, 13, 24]],
  ['add: a number', ({ f32 }) => add(f32(['B'], [1, 2]), 0.5), [1.5, 2.5]],
  ['sub', ({ f32 }) => sub(f32([3], [1, 2, 3]), f32([3], [3, 3, 5])), [-2, -1, -2]],
  ['mul', ({ f32 }) => mul(f32([3], [1, -2, 3]), f32([3], [3, 3, 5])), [3, -6, 15]],
  ['div: floats', ({ f32 }) => div(f32([3], [1, -2, 3]), 4), [0.25, -0.5, 0.75]],
  ['div: integers, towards zero', ({ i64 }) => div(i64([4], [7, -7, 8, -1]), 2), [3, -3, 4, 0]],
  ['pow', ({ f32 }) => pow(f32([3], [2, 3, 9]), f32([3], [3, 0, 0.5])), [8, 1, 3]],
  ['max', ({ f32 }) => max(f32(['B', 1], [1, 5]), f32([2], [2, 4])), [2, 4, 5, 5]],
  ['min', ({ f32 }) => min(f32(['B', 1], [1, 5]), f32([2], [2, 4])), [1, 1, 2, 4]],
  ["mod: the divisor's sign", ({ i64 }) => mod(i64([4], [7, -7, 7, -7]), i64([4], [3, 3, -3, -3])), [1, 2, -2, -1]],

  ['equal', ({ i64 }) => equal(i64(['B', 2], [1, 2, 3, 4]), i64([2], [1, 4])), [1, 0, 0, 1]],
  ['less', ({ f32 }) => less(f32([3], [1, 2, 3]), 2), [1, 0, 0]],
  ['greater', ({ f32 }) => greater(f32([3], [1, 2, 3]), 2), [0, 0, 1]],
  ['greaterOrEqual', ({ f32 }) => greaterOrEqual(f32([3], [1, 2, 3]), 2), [0, 1, 1]],
  ['and', ({ bool }) => and(bool(['B', 1], [0, 1]), bool([2], [0, 1])), [0, 0, 0, 1]],
  ['or', ({ bool }) => or(bool(['B', 1], [0, 1]), bool([2], [0, 1])), [0, 1, 1, 1]],
  ['not', ({ bool }) => not(bool(['B'], [0, 1])), [1, 0]],

  ['abs', ({ f32 }) => abs(f32(['B'], [-1.5, 2])), [1.5, 2]],
  ['neg', ({ f32 }) => neg(f32(['B'], [-1.5, 2])), [1.5, -2]],
  ['identity', ({ bool }) => identity(bool(['B'], [0, 1])), [0, 1]],
  [
    'where: all three broadcast',
    ({ bool, f32 }) => where(bool(['B', 1], [1, 0]), f32([2], [1, 2]), f32(['B', 2], [5, 6, 7, 8])),
    [1, 2, 7, 8],
  ],
  ['where: a number, then a tensor', ({ bool, i64 }) => where(bool(['B'], [1, 0]), -1, i64(['B'], [5, 6])), [-1, 6]],
  ['where: a tensor, then a number', ({ bool, i64 }) => where(bool(['B'], [1, 0]), i64(['B'], [5, 6]), -1), [5, -1]],
  [
    'where: minus infinity',
    ({ bool, f32 }) => where(bool(['B'], [1, 0]), Number.NEGATIVE_INFINITY, f32(['B'], [5, 6])),
    [Number.NEGATIVE_INFINITY, 6],
  ],
  ['cast: truncates', ({ f32 }) => cast(f32(['B', 2], [1.9, -1.9, 0, 3]), 'int32'), [1, -1, 0, 3]],
  ['cast: to bool', ({ f32 }) => cast(f32([3], [0, -0.5, 2]), 'bool'), [0, 1, 1]],
  ['cast: from bool', ({ bool }) => cast(bool([2], [0, 1]), 'uint8'), [0, 1]],
  [
    'cast: rounds to half precision',
    ({ f32 }) => cast(cast(f32([3], [1 / 3, 65504, 1e6]), 'float16'), 'float32'),
    [0.333251953125, 65504, Number.POSITIVE_INFINITY],
  ],
  ['cast: to its own type adds nothing', ({ f32 }) => mul(cast(f32([1], [2]), 'float32'), 3), [6]],
  ['gelu', ({ f32 }) => gelu(f32(['B', 2], [-1, 0, 0.5, 2])), [-1, 0, 0.5, 2].map(exactGelu)],
  [
    'biasGelu',
    ({ f32 }) => biasGelu(f32(['B', 2], [-1, 0, 0.5, 2]), f32([2], [0.25, -1])),
    [-0.75, -1, 0.75, 1].map(exactGelu),
  ],

  ['reshape: B in its place', ({ f32 }) => reshape(f32(['B', 4], count(8)), ['B', 2, 2]), count(8)],
  ['reshape: B joined to another axis', ({ f32 }) => reshape(f32(['B', 3, 2], count(12)), ['B*3', 2]), count(12)],
  ['reshape: B taken apart again', ({ f32 }) => reshape(f32(['B*3', 2], count(12)), ['B', 3, 2]), count(12)],
  ['reshape: T moves, B stays', ({ f32 }) => reshape(f32(['B', 'T', 4], count(24)), ['B', 4, 'T']), count(24)],
  ['reshape: to a scalar', ({ f32 }) => reshape(f32([1, 1], [7]), []), [7]],
  ['reshape: no elements', ({ f32 }) => reshape(f32(['B', 0, 4], []), ['B', 0, 2, 2]), []],
  [
    'transpose',
    ({ f32 }) => transpose(f32(['B', 'T', 2], count(12)), [2, 0, 1]),
    [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11],
  ],
  ['concat', ({ f32 }) => concat([f32(['B', 1], [0, 1]), f32(['B', 2], [2, 3, 4, 5])], 1), [0, 2, 3, 1, 4, 5]],
  ['concat: from the back', ({ f32 }) => concat([f32(['B', 1], [0, 1]), f32(['B', 1], [2, 3])], -1), [0, 2, 1, 3]],
  ['concat: a named axis grows', ({ f32 }) => concat([f32(['T'], [1, 2, 3]), f32([1], [4])], 0), [1, 2, 3, 4]],
  ['concat: named axes', ({ f32 }) => concat([f32(['T'], [1, 2, 3]), f32(['B'], [4, 5])], 0), [1, 2, 3, 4, 5]],
  [
    'concat: a grown axis joins others',
    ({ f32 }) => reshape(concat([f32(['B', 'T'], count(6)), f32(['B', 1], [8, 9])], 1), ['B*(T+1)']),
    [0, 1, 2, 8, 3, 4, 5, 9],
  ],
  ['gather: rows', ({ f32, i64 }) => gather(f32([3, 2], count(6)), i64(['B'], [2, 0])), [4, 5, 0, 1]],
  ['gather: a table of rows', ({ f32, i64 }) => gather(f32([3], [5, 6, 7]), i64(['B', 2], [2, 0, 1, 1])), [7, 5, 6, 6]],
  ['gather: a scalar removes the axis', ({ f32, i64 }) => gather(f32(['B', 2], count(4)), i64([], [1]), 1), [1, 3]],
  ['gather: from the back', ({ f32, i64 }) => gather(f32(['B', 2], count(4)), i64([1], [-1]), -1), [1, 3]],
  [
    'gatherElements',
    ({ f32, i64 }) => gatherElements(f32(['B', 3], count(6)), i64(['B', 2], [2, 0, 1, 1]), 1),
    [2, 0, 4, 4],
  ],
  [
    'gatherPerRow',
    ({ f32, i64 }) => gatherPerRow(f32(['B', 3, 2], count(12)), i64(['B', 2], [2, 0, 1, 1])),
    [4, 5, 0, 1, 8, 9, 8, 9],
  ],
  [
    'scatterElements',
    ({ f32, i64 }) =>
      scatterElements(f32(['B', 3], count(6)), i64(['B', 2], [2, 0, 1, 1]), f32(['B', 2], [-1, -2, -3, -3])),
    [-2, 1, -1, 3, -3, 5],
  ],
  [
    'scatterElements: min',
    ({ f32, i64 }) =>
      scatterElements(f32(['B', 3], count(6)), i64(['B', 2], [2, 0, 1, 1]), f32(['B', 2], [9, -2, 2, 3]), 'min'),
    [-2, 1, 2, 3, 2, 5],
  ],
  ['range', ({ i64 }) => range(i64([], [3]), 'T'), [0, 1, 2]],
  ['slice', ({ f32 }) => slice(f32(['B', 4], count(8)), 1, 1, 3), [1, 2, 5, 6]],
  ['slice: from the back', ({ f32 }) => slice(f32(['B', 4], count(8)), -1, 3, 4), [3, 7]],
  ['slice: of a named axis', ({ f32 }) => slice(f32(['B', 2], count(4)), 0, 1, 2), [2, 3]],
  ['unsqueeze', ({ f32 }) => unsqueeze(f32(['B', 2], count(4)), 1), count(4)],
  ['unsqueeze: at the end', ({ f32 }) => unsqueeze(f32(['B', 2], count(4)), -1), count(4)],
  ['squeeze', ({ f32 }) => squeeze(f32(['B', 1, 2], count(4)), 1), count(4)],
  ['squeeze: from the back', ({ f32 }) => squeeze(f32(['B', 1], count(2)), -1), count(2)],
  ['expand', ({ f32 }) => expand(f32([1, 2], [1, 2]), [2, 2]), [1, 2, 1, 2]],
  [
    'expand: to a size known at run time',
    ({ f32 }) => expand(f32([2], [1, 2]), ['T', 2], f32(['T', 'B'], count(6))),
    [1, 2, 1, 2, 1, 2],
  ],
  ['expand: to no elements', ({ f32 }) => expand(f32([1, 1], [1]), ['B', 0], f32(['B'], [0, 0])), []],
  [
    'reshapeLike: two sizes known at run time',
    ({ f32 }) => {
      const like = f32(['B', 'T', 2], count(12));
      return reshapeLike(reshape(like, ['B*T', 2]), ['B', 'T', 2], like);
    },
    count(12),
  ],
  ['dimension', ({ f32 }) => dimension(f32(['B', 'T'], count(6)), 1), [3]],
  ['dimension: from the back', ({ f32 }) => dimension(f32(['B', 'T'], count(6)), -2), [2]],

  ['matMul', ({ f32 }) => matMul(f32(['B', 3], count(6)), f32([3, 2], count(6))), [10, 13, 28, 40]],
  [
    'matMul: a batch of one with a batch',
    ({ f32 }) => matMul(f32([1, 1, 3], [1, 2, 3]), f32(['B', 3, 1], count(6))),
    [8, 26],
  ],
  [
    'gemm',
    ({ f32 }) => gemm(f32(['B', 3], count(6)), f32([3, 2], count(6)), f32([2], [0.5, -0.5])),
    [10.5, 12.5, 28.5, 39.5],
  ],
  ...[true, false].map((biased): Case => {
    const [query, key, value, bias] = [waves(8, 1), waves(24, 2), waves(24, 3), waves(12, 4)];
    return [
      `multiHeadAttention: ${biased ? 'with' : 'without'} bias`,
      ({ f32 }) =>
        multiHeadAttention(
          f32(['B', 1, 4], query),
          f32(['B', 'T', 4], key),
          f32(['B', 'T', 4], value),
          biased ? f32([12], bias) : null,
          2,
        ),
      attention({ query, key, value, bias: biased ? bias : bias.map(() => 0), batch: 2, channels: 4, heads: 2 }),
    ];
  }),

  [
    'quantizeRows: half to even, saturated',
    (given) => {
      const x = given.f32(['B', 4], [-0.5, 0.25, 100, 0.75, -3, 3, 0, 1000]);
      return quantizeRows(x, given.f32(['B'], [0.5, 3]), given.input('uint8', ['B'], [128, 128]));
    },
    [127, 128, 255, 130, 127, 129, 128, 255],
  ],
  [
    'matMulInteger',
    (given) => {
      const [a, b] = [given.input('uint8', ['B', 2], [129, 130, 0, 255]), given.input('int8', [2, 2], [1, -2, 3, 127])];
      return matMulInteger(a, b, given.f32([2], [0.5, 2]), 128);
    },
    [3.5, 504, 126.5, 32770],
  ],
  ...[true, false].map((biased): Case => {
    const [query, key, value, bias] = [waves(8, 1), waves(24, 2), waves(24, 3), waves(12, 4)];
    return [
      `multiHeadAttention: ${biased ? 'with' : 'without'} bias`,
      ({ f32 }) =>
        multiHeadAttention(
          f32(['B', 1, 4], query),
          f32(['B', 'T', 4], key),
          f32(['B', 'T', 4], value),
          biased ? f32([12], bias) : null,
          2,
        ),
      attention({ query, key, value, bias: biased ? bias : bias.map(() => 0), batch: 2, channels: 4, heads: 2 }),
    ];
  }),

  [
    'quantizeRows: half to even, saturated',
    (given) => {
      const x = given.f32(['B', 4], [-0.5, 0.25, 100, 0.75, -3, 3, 0, 1000]);
      return quantizeRows(x, given.f32(['B'], [0.5, 3]), given.input('uint8', ['B'], [128, 128]));
    },
    [127, 128, 255, 130, 127, 129, 128, 255],
  ],
  [
    'matMulInteger',
    (given) => {
      const [a, b] = [given.input('uint8', ['B', 2], [129, 130, 0, 255]), given.input('int8', [2, 2], [1, -2, 3, 127])];
      return matMulInteger(a, b, given.f32([2], [0.5, 2]), 128);
    },
    [3.5, 504, 126.5, 32770],
  ],
  ...[true, false].map((biased): Case => {
    // With 127 as the largest of each block of 16, rounding the rest to eight bits changes nothing.
    const x = count(64).map((i) => (i % 16 === 5 ? 127 : ((i * 37) % 101) - 50));
    const quantized = count(96).map((i) => (i * 89) % 256);
    const scales = [0.5, 1, 2, 0.25, 1, 0.125];
    const bias = biased ? [1, 2, 3] : [0, 0, 0];
    return [
      `matMulBlocks: ${biased ? 'with' : 'without'} bias`,
      (given) => {
        const weights = given.input('uint8', [3, 2, 16], quantized);
        const matrix = { quantized: weights, scales: given.f32([3, 2], scales), blockSize: 16, rows: 32, columns: 3 };
        return matMulBlocks(given.f32(['B', 1, 32], x), matrix, biased ? given.f32([3], bias) : null);
      },
      chunks(x, 32).flatMap((row) =>
        bias.map((start, column) =>
          row.reduce((sum, value, k) => {
            const at = column * 32 + k;
            return sum + value * (quantized[at]! - 128) * scales[Math.floor(at / 16)]!;
          }, start),
        ),
      ),
    ];
  }),

  ['reduceMax', ({ f32 }) => reduceMax(f32(['B', 3], [1, 5, 2, -3, -1, -2]), 1), [5, -1]],
  ['reduceMax: keepDims', ({ f32 }) => reduceMax(f32(['B', 3], [1, 5, 2, 0, 9, 0]), 0, { keepDims: true }), [1, 9, 2]],
  ['reduceMax: of all', ({ i64 }) => reduceMax(i64(['B'], [4, 7]), 0), [7]],
  ['reduceMin', ({ f32 }) => reduceMin(f32(['B', 3], [1, 5, 2, -3, -1, -2]), -1), [1, -3]],
  ['reduceSum', ({ f32 }) => reduceSum(f32(['B', 3], count(6)), 0), [3, 5, 7]],
  ['argMax: the first of equals', ({ f32 }) => argMax(f32(['B', 3], [1, 5, 5, 0, -1, 0]), 1), [1, 0]],
  ['argMax: along the first axis', ({ f32 }) => argMax(f32(['B', 3], [1, 5, 2, 0, 6, 2]), 0), [0, 1, 0]],
  ['cumSum', ({ f32 }) => cumSum(f32(['B', 3], [1, 2, 3, 4, 5, 6])), [1, 3, 6, 4, 9, 15]],
  [
    'cumSum: exclusive',
    ({ f32 }) => cumSum(f32(['B', 3], [1, 2, 3, 4, 5, 6]), { exclusive: true }),
    [0, 1, 3, 0, 4, 9],
  ],
  [
    'topK',
    (given) => {
      const x = given.f32(['B', 4], [1, 4, 2, 3, -1, -4, -2, -3]);
      const { values, indices } = topK(x, given.i64([1], [2]), 2);
      return [values, indices];
    },
    [4, 3, -1, -2],
    [1, 3, 0, 2],
  ],
  [
    'topK: as many as a named dimension',
    ({ f32 }) => {
      const x = f32(['B', 'T', 4], waves(24, 1));
      const { values } = topK(x, dimension(x, 1), 'T');
      return values;
    },
    chunks(waves(24, 1), 4).flatMap((row) => [...row].sort((a, b) => b - a).slice(0, 3)),
  ],
  ['softmax', ({ f32 }) => softmax(f32(['B', 3], waves(6, 1))), chunks(waves(6, 1), 3).flatMap(softmaxOf)],
  [
    'logSoftmax: without overflow',
    ({ f32 }) => logSoftmax(f32(['B', 2], [1000, 1000, 0, 1])),
    [-Math.LN2, -Math.LN2, -Math.log(1 + Math.E), 1 - Math.log(1 + Math.E)],
  ],
  [
    'layerNorm',
    ({ f32 }) => layerNorm(f32(['B', 3], [1, 2, 3, 0, 0, 6]), f32([3], [1, 2, 1]), f32([3], [0, 0, 1]), 0.5),
    [
      [1, 2, 3].map((x) => (x - 2) / Math.sqrt(2 / 3 + 0.5)),
      [0, 0, 6].map((x) => (x - 2) / Math.sqrt(8 + 0.5)),
    ].flatMap(([a, b, c]) => [a!, 2 * b!, c! + 1]),
  ],
  ...[
    [4, 5],
    [9, 12],
    [6, 3],
  ].map(([height, width]): Case => {
    const image = waves(7 * 6 * 2, 1);
    const rows = resizeRows(image, { rows: 7, columns: 12, target: height! });
    const columns = chunks(rows, 12).flatMap((row) => resizeRows(row, { rows: 6, columns: 2, target: width! }));
    return [
      `resizeBicubic: 7×6 to ${height}×${width} as Pillow`,
      ({ f32 }) => resizeBicubic(f32([1, 7, 6, 2], image), [1, 2], [height!, width!]),
      columns,
    ];
  }),
];

describe('every op gives the numbers, the type and the shape that were inferred', () => {
  const rows = cases.map(([name, build, ...expected]) => ({ name, build, expected }));
  test.each(rows)('$name', async ({ build, expected }) => {
    const given = new Given();
    const built = build(given);
    const results = Array.isArray(built) ? (built as Value[]) : [built as Value];
    const inferred = results.map(({ dtype, shape }) => ({ dtype, dims: resolveShape(shape, sizes) }));
    results.forEach((value, index) => {
      given.graph.output(`y${index}`, value);
    });
    const outputs = await runGraph(given.graph, given.feeds);
    expect(Object.keys(outputs)).toHaveLength(expected.length);
    for (const [index, values] of expected.entries()) {
      const { values: actual, ...type } = outputs[`y${index}`]!;
      expect(type).toEqual(inferred[index]);
      expectClose(actual, values);
    }
  });
});

test('every op has a case', async () => {
  const files = readdirSync(new URL('./ops/', import.meta.url)).filter(
    (file) => !/^(conditional|loop)|test/.test(file),
  );
  const modules = await Promise.all(files.map((file) => import(`./ops/${file.replace('.ts', '')}.ts`)));
  const tested = new Set(cases.map(([name]) => name.split(':')[0]));
  const ops = modules.flatMap((module) => Object.keys(module));
  expect(ops.filter((name) => !tested.has(name))).toEqual([]);
});

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

/** Within 1e-5, of one or of the value, whichever is larger: some ten roundings of a float32. */
function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  const far = expected.findIndex(
    (value, at) => actual[at] !== value && !(Math.abs(actual[at]! - value) <= 1e-5 * Math.max(1, Math.abs(value))),
  );
  if (far >= 0) expect(actual, `element ${far}`).toEqual(expected);
}

/** 0, 1, 2, … */
function count(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

/** Numbers between −1 and 1 without a pattern. */
function waves(length: number, seed: number): number[] {
  return Array.from({ length }, (_, i) => Math.fround(Math.sin(seed * 12.9898 + i * 78.233)));
}

function chunks(values: readonly number[], length: number): number[][] {
  return Array.from({ length: values.length / length }, (_, i) => values.slice(i * length, (i + 1) * length));
}

function softmaxOf(row: readonly number[]): number[] {
  const powers = row.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** x·Φ(x), Φ by its Taylor series around 0. */
function exactGelu(x: number): number {
  let term = x;
  let sum = 0;
  for (let n = 0; n < 60; n++) {
    sum += term / (2 * n + 1);
    term *= -(x * x) / 2 / (n + 1);
  }
  return x * (0.5 + sum / Math.sqrt(2 * Math.PI));
}

/** Attention of one query a row over T keys, by the definition. */
function attention(x: {
  readonly query: number[];
  readonly key: number[];
  readonly value: number[];
  readonly bias: number[];
  readonly batch: number;
  readonly channels: number;
  readonly heads: number;
}): number[] {
  const { channels, heads } = x;
  const size = channels / heads;
  const biased = (values: number[], part: number) =>
    chunks(values, channels).map((row) => row.map((value, channel) => value + x.bias[part * channels + channel]!));
  const [queries, keys, values] = [biased(x.query, 0), biased(x.key, 1), biased(x.value, 2)];
  const positions = keys.length / x.batch;
  return queries.flatMap((query, row) => {
    const [ownKeys, ownValues] = [keys, values].map((all) => all.slice(row * positions, (row + 1) * positions));
    return query.map((_, channel) => {
      const head = Math.floor(channel / size) * size;
      const dot = (key: number[]) =>
        query.slice(head, head + size).reduce((sum, q, i) => sum + q * key[head + i]!, 0) / Math.sqrt(size);
      const weights = softmaxOf(ownKeys!.map(dot));
      return weights.reduce((sum, weight, position) => sum + weight * ownValues![position]![channel]!, 0);
    });
  });
}

/** Resizes the first axis of [rows, columns] as Pillow's ImagingResampleHorizontal with the bicubic filter, unrounded. */
function resizeRows(
  image: readonly number[],
  { rows, columns, target }: { rows: number; columns: number; target: number },
): number[] {
  const scale = rows / target;
  const widening = Math.max(scale, 1);
  return Array.from({ length: target }, (_, to) => {
    const center = (to + 0.5) * scale;
    const weights = Array.from({ length: rows }, (_, from) => bicubic((from + 0.5 - center) / widening));
    const sum = weights.reduce((a, b) => a + b);
    return Array.from({ length: columns }, (_, column) =>
      weights.reduce((total, weight, from) => total + (weight / sum) * image[from * columns + column]!, 0),
    );
  }).flat();
}

/** Keys' cubic with a = −0.5. */
function bicubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
