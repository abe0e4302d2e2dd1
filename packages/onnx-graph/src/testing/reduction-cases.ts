import {
  argMax,
  cumSum,
  dimension,
  layerNorm,
  logSoftmax,
  reduceMax,
  reduceMin,
  reduceSum,
  resizeBicubic,
  softmax,
  topK,
} from '../index.js';
import { type Case, chunks, count, waves } from './op-case.js';
import { resizeRows, softmaxOf } from './reference-ops.js';

/** Reductions, searches, normalisations and the resize. */
export const reductionCases: Case[] = [
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
