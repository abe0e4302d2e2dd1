import { describe, expect, test } from 'vitest';
import {
  add,
  conditional,
  div,
  Graph,
  greater,
  identity,
  loop,
  mul,
  reduceMax,
  unsqueeze,
  type Value,
} from '../index.js';
import { type Elements, runGraph } from '../testing/run-graph.js';

const i64 = (dims: number[], values: number[]): Elements => ({ dtype: 'int64', dims, values });

describe('a conditional', () => {
  /** x · 2 where any element of x is above 10, else x + 1; every branch multiplies by x's largest element first. */
  function chosen(): Graph {
    const graph = new Graph('main');
    const x = graph.input('x', 'int64', ['B']);
    const largest = reduceMax(x, 0);
    graph.output(
      'y',
      conditional(
        greater(largest, 10),
        { x },
        ({ x }) => mul(mul(x, largest), 2),
        ({ x }) => add(mul(x, largest), 1),
      ),
    );
    return graph;
  }

  test.each([
    ['true', [1, 11], [22, 242]],
    ['false', [1, 10], [11, 101]],
  ])('runs the branch of a condition that is %s, over captured and outer values', async (_which, x, y) => {
    expect(await runGraph(chosen(), { x: i64([2], x) })).toEqual({ y: i64([2], y) });
  });

  test('does not run the other branch: what fails there does no harm', async () => {
    const graph = new Graph('main');
    const x = graph.input('x', 'int64', []);
    // onnxruntime's integer division by zero ends the process, or throws.
    const whole = conditional(
      greater(x, 0),
      { x },
      ({ x }) => div(identity(x), x),
      ({ x }) => add(x, 7),
    );
    graph.output('y', whole);
    expect(graph.nodes.map(({ op }) => op)).not.toContain('Div');
    expect(await runGraph(graph, { x: i64([], [0]) })).toEqual({ y: i64([], [7]) });
  });

  test('computes outside the branch what needs nothing captured', () => {
    const graph = new Graph('main');
    const [x, y] = ['x', 'y'].map((name) => graph.input(name, 'int64', [])) as [Value<'int64'>, Value<'int64'>];
    conditional(
      greater(x, 0),
      { x },
      ({ x }) => add(x, mul(y, 3)),
      ({ x }) => x,
    );
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Greater', 'Mul', 'If']);
  });

  test('stands in the body of a loop and decides anew in each iteration', async () => {
    const graph = new Graph('main');
    const x = graph.input('x', 'int64', []);
    const { stacked } = loop(graph.constant('int64', [], [4]), { value: { initial: x } }, (_step, { value }) => {
      const next = conditional(
        greater(value, 10),
        { value },
        ({ value }) => add(value, -10),
        ({ value }) => mul(value, 3),
      );
      return { proceed: graph.constant('bool', [], [1]), state: { value: next }, stacked: { next } };
    });
    graph.output('all', stacked.next);
    expect(await runGraph(graph, { x: i64([], [5]) })).toEqual({ all: i64([4], [15, 5, 15, 5]) });
  });

  test('is refused where its branches differ, or its condition is not one truth value', () => {
    const graph = new Graph('main');
    const x = graph.input('x', 'int64', ['B']);
    const one = greater(reduceMax(x, 0), 0);
    expect(() =>
      conditional(
        one,
        { x },
        ({ x }) => x,
        ({ x }) => unsqueeze(x, 1),
      ),
    ).toThrow('If: one branch gives int64 [B], the other int64 [B, 1]');
    const same = (values: { x: Value<'int64'> }) => values.x;
    expect(() => conditional(greater(x, 0), { x }, same, same)).toThrow('If: the condition is [B], not []');
  });
});
