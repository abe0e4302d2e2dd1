import {
  concat,
  dimension,
  expand,
  gather,
  gatherElements,
  gatherPerRow,
  range,
  reshape,
  reshapeLike,
  scatterElements,
  slice,
  split,
  squeeze,
  transpose,
  unsqueeze,
} from '../index.js';
import { type Case, count } from './op-case.js';

/** What moves elements and changes shapes. */
export const movementCases: Case[] = [
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
  ['split', ({ f32 }) => split(f32(['B', 4], count(8)), 1, 2)[1]!, [2, 3, 6, 7]],
  ['split: from the back', ({ f32 }) => split(f32(['B', 3, 1], count(6)), -2, 3)[0]!, [0, 3]],
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
];
