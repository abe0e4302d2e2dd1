import { describe, expect, test } from 'vitest';
import { add, concat, Graph, loop, mul, type Value } from './index.js';
import { runGraph } from './testing/run-graph.js';

describe('constants', () => {
  const graph = new Graph('main');

  test('that are equal are one', () => {
    expect(graph.constant('float32', [2], [1, 2])).toBe(graph.constant('float32', [2], [1, 2]));
    expect(graph.constant('float32', [], [Number.NaN])).toBe(graph.constant('float32', [], [Number.NaN]));
    const x = graph.input('x', 'float32', [1]);
    const weights = graph.weights.length;
    add(mul(x, 0.5), 0.5);
    expect(graph.weights).toHaveLength(weights + 1);
  });

  test.each<[string, Value, Value]>([
    ['type', graph.constant('int64', [], [1]), graph.constant('int32', [], [1])],
    ['shape', graph.constant('float32', [1, 2], [1, 2]), graph.constant('float32', [2, 1], [1, 2])],
    ['sign of zero', graph.constant('float32', [], [0]), graph.constant('float32', [], [-0])],
  ])('that differ in %s are two', (_what, a, b) => expect(a).not.toBe(b));

  test('keep the sign of zero', async () => {
    const graph = new Graph('main');
    graph.output('y', concat([graph.constant('float32', [1], [0]), graph.constant('float32', [1], [-0])], 0));
    const { y } = await runGraph(graph);
    expect(y?.values).toEqual([0, -0]);
  });

  test('of a body live in the outermost graph', () => {
    const graph = new Graph('main');
    const x = graph.input('x', 'float32', [1]);
    loop(graph.constant('int64', [], [1]), { x: { initial: x } }, (_step, state) => ({
      proceed: state.x.graph.constant('bool', [], [1]),
      state: { x: add(state.x, 0.25) },
      stacked: {},
    }));
    expect(graph.constant('float32', [], [0.25]).graph).toBe(graph);
    expect(graph.weights.filter(({ value }) => value.dtype === 'float32')).toHaveLength(1);
  });
});

describe('names', () => {
  test('are unique over a model, whatever they are asked to be', async () => {
    const graph = new Graph('main');
    const inputs = ['Add', 'Add', 'Add_1', 'iteration'].map((name) => graph.input(name, 'float32', [1]));
    const sum = inputs.reduce((sum, value) => add(sum, value));
    const { state } = loop(graph.constant('int64', [], [1]), { iteration: { initial: sum } }, (_step, state) => ({
      proceed: graph.constant('bool', [], [1]),
      state: { iteration: add(state.iteration, sum) },
      stacked: {},
    }));
    graph.output('y', state.iteration);
    const feeds = inputs.map((value, i) => [value.name, { dtype: 'float32', dims: [1], values: [2 ** i] }] as const);
    expect(new Set(feeds.map(([name]) => name)).size).toBe(4);
    expect((await runGraph(graph, Object.fromEntries(feeds))).y?.values).toEqual([30]);
  });

  test('of results are those that were asked for, also where a value is a result twice', async () => {
    const graph = new Graph('main');
    const x = graph.input('x', 'float32', [1]);
    const doubled = add(x, x);
    graph.output('a', doubled);
    graph.output('b', doubled);
    graph.output('c', x);
    graph.output('d', graph.constant('float32', [1], [7]));
    const outputs = await runGraph(graph, { x: { dtype: 'float32', dims: [1], values: [3] } });
    const values = Object.entries(outputs).map(([name, { values }]) => [name, ...values]);
    expect(values).toEqual([
      ['a', 6],
      ['b', 6],
      ['c', 3],
      ['d', 7],
    ]);
  });

  test('of results that are taken are an error', () => {
    const graph = new Graph('main');
    const x = graph.input('x', 'float32', [1]);
    expect(() => graph.output('x', add(x, 1))).toThrow('output x: the name is taken');
  });
});
