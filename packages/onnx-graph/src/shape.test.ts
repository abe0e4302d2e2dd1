import { describe, expect, test } from 'vitest';
import { addDims, broadcast, GraphError, product } from './shape.js';

describe('broadcast', () => {
  test.each([
    [
      [
        ['B', 2],
        ['B', 2],
      ],
      ['B', 2],
    ],
    [
      [
        ['B', 2],
        [1, 2],
      ],
      ['B', 2],
    ],
    [
      [['B', 1], [3]],
      ['B', 3],
    ],
    [[[], ['B']], ['B']],
    [
      [[1, 'T'], ['B', 1], [1]],
      ['B', 'T'],
    ],
    [[[0], [1]], [0]],
  ])('%j gives %j', (shapes, expected) => {
    expect(broadcast('Add', ...shapes)).toEqual(expected);
    expect(broadcast('Add', ...shapes.toReversed())).toEqual(expected);
  });

  test.each([
    { shapes: [['B'], ['C']], message: 'Add: cannot broadcast [B] with [C]' },
    { shapes: [['B'], [2]], message: 'Add: cannot broadcast [B] with [2]' },
    { shapes: [[4, 2], [1], [3, 1]], message: 'Add: cannot broadcast [4, 2] with [1] with [3, 1]' },
    { shapes: [[0], [2]], message: 'Add: cannot broadcast [0] with [2]' },
  ])('$shapes do not fit', ({ shapes, message }) => {
    expect(() => broadcast('Add', ...shapes)).toThrow(new GraphError(message));
  });
});

describe('product', () => {
  test.each([
    [[], 1],
    [[2, 3], 6],
    [['B'], 'B'],
    [['B', 1], 'B'],
    [['B', 2, 3], '6*B'],
    [['T', 'B'], 'B*T'],
    [['B*577', 2], '1154*B'],
    [['T+1', 'B', 2], '2*(T+1)*B'],
  ])('of %j is %s', (shape, expected) => {
    expect(product(shape)).toBe(expected);
    expect(product(shape.toReversed())).toBe(expected);
  });

  test('of a product is the product of all', () => {
    expect(product([product(['B', 3]), product(['T', 2])])).toBe(product(['B', 2, 'T', 3]));
  });

  test('tells a sum times a name from a product plus a number', () => {
    const [grown, joined] = [addDims('T', 1), addDims('B*T', 1)];
    expect(product(['B', grown])).not.toBe(product([joined]));
    expect(product([product(['B', grown]), 2])).toBe(product(['B', 2, grown]));
  });
});

test.each([
  [2, 3, 5],
  ['T', 1, 'T+1'],
  [0, 'T', 'T'],
  ['T', 0, 'T'],
  ['T', 'U', 'T+U'],
])('addDims(%s, %s) is %s', (a, b, sum) => expect(addDims(a, b)).toBe(sum));
