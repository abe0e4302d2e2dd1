import { describe, expect, test } from 'vitest';
import type { Node } from '../graph.js';
import {
  add,
  and,
  cast,
  concat,
  dimension,
  equal,
  expand,
  Graph,
  GraphError,
  gather,
  identity,
  less,
  loop,
  mul,
  not,
  reduceSum,
  reshape,
  unsqueeze,
  type Value,
} from '../index.js';
import { type Elements, runGraph } from '../testing/run-graph.js';

const i64 = (dims: number[], values: number[]): Elements => ({ dtype: 'int64', dims, values });
const f32 = (dims: number[], values: number[]): Elements => ({ dtype: 'float32', dims, values });
const yes = (near: Value) => near.graph.constant('bool', [], [1]);

/** The body of the graph's only loop. */
function bodyOf(graph: Graph): Graph {
  const loops = graph.nodes.filter(({ op }) => op === 'Loop');
  expect(loops).toHaveLength(1);
  return (loops[0]!.attributes.body as { graph: Graph }).graph;
}

const opsOf = (nodes: readonly Node[]) => nodes.map(({ op }) => op);

describe('a loop', () => {
  /** 1, 2, 4, … as far as `limit`, `most` at most. */
  function powers(): Graph {
    const graph = new Graph('powers');
    const most = graph.input('most', 'int64', []);
    const limit = graph.input('limit', 'int64', []);
    const { state, stacked } = loop(most, { power: { initial: graph.constant('int64', [], [1]) } }, (step, state) => {
      const doubled = mul(state.power, 2);
      return { proceed: less(doubled, limit), state: { power: doubled }, stacked: { power: state.power, step } };
    });
    graph.output('last', state.power);
    graph.output('all', stacked.power);
    graph.output('steps', stacked.step);
    return graph;
  }

  test('ends after iterationsMax', async () => {
    const outputs = await runGraph(powers(), { most: i64([], [3]), limit: i64([], [1000]) });
    expect(outputs).toEqual({ last: i64([], [8]), all: i64([3], [1, 2, 4]), steps: i64([3], [0, 1, 2]) });
  });

  test('ends when it does not proceed, with what that iteration gave', async () => {
    const outputs = await runGraph(powers(), { most: i64([], [100]), limit: i64([], [4]) });
    expect(outputs).toEqual({ last: i64([], [4]), all: i64([2], [1, 2]), steps: i64([2], [0, 1]) });
  });

  test('may not run at all: then the state is the first one and nothing is stacked', async () => {
    const outputs = await runGraph(powers(), { most: i64([], [0]), limit: i64([], [4]) });
    expect(outputs).toEqual({ last: i64([], [1]), all: i64([0], []), steps: i64([0], []) });
  });

  test('carries a state that grows, from nothing', async () => {
    const graph = new Graph('main');
    const rows = graph.input('rows', 'float32', ['B', 'T', 2]);
    const none = expand(graph.constant('float32', [1, 0, 1], []), ['B', 0, 2], rows);
    const { state, stacked } = loop(
      reshape(dimension(rows, 1), []),
      { seen: { initial: none, shape: ['B', 'S', 2] } },
      (step, { seen }) => {
        const next = concat([seen, gather(rows, unsqueeze(step, 0), 1)], 1);
        expect(next.shape).toEqual(['B', 'S+1', 2]);
        return { proceed: yes(rows), state: { seen: next }, stacked: { sum: reduceSum(next, 1) } };
      },
    );
    expect(state.seen.shape).toEqual(['B', 'S', 2]);
    expect(stacked.sum.shape.slice(1)).toEqual(['B', 2]);
    graph.output('seen', state.seen);
    graph.output('sums', stacked.sum);
    const values = [1, 2, 3, 4, 5, 6];
    const outputs = await runGraph(graph, { rows: f32([1, 3, 2], values) });
    expect(outputs).toEqual({ seen: f32([1, 3, 2], values), sums: f32([3, 1, 2], [1, 2, 4, 6, 9, 12]) });
  });

  test('gives back a state that it leaves as it is, and one value under several names', async () => {
    const graph = new Graph('main');
    const x = graph.input('x', 'float32', [2]);
    const { state, stacked } = loop(
      graph.constant('int64', [], [2]),
      { kept: { initial: x }, sum: { initial: x }, twin: { initial: x } },
      (_step, { kept, sum }) => {
        const next = add(sum, kept);
        return {
          proceed: yes(x),
          state: { kept, sum: next, twin: next },
          stacked: { sum: next, kept, outer: x },
        };
      },
    );
    for (const [name, value] of Object.entries({ ...state, all: stacked.sum, keeps: stacked.kept, x2: stacked.outer }))
      graph.output(name, value);
    const outputs = await runGraph(graph, { x: f32([2], [1, 2]) });
    const last = f32([2], [3, 6]);
    const twice = f32([2, 2], [1, 2, 1, 2]);
    expect(outputs).toEqual({
      kept: f32([2], [1, 2]),
      sum: last,
      twin: last,
      all: f32([2, 2], [2, 4, 3, 6]),
      keeps: twice,
      x2: twice,
    });
  });

  test('exchanges two states at once', async () => {
    const graph = new Graph('main');
    const [a, b] = [graph.input('a', 'float32', [1]), graph.input('b', 'float32', [1])];
    const { state } = loop(
      graph.constant('int64', [], [3]),
      { a: { initial: a }, b: { initial: b } },
      (_step, { a, b }) => ({ proceed: yes(a), state: { a: b, b: a }, stacked: {} }),
    );
    graph.output('first', state.a);
    graph.output('second', state.b);
    const outputs = await runGraph(graph, { a: f32([1], [1]), b: f32([1], [2]) });
    expect(outputs).toEqual({ first: f32([1], [2]), second: f32([1], [1]) });
  });

  test('computes what needs none of its state outside, wherever it was written', async () => {
    const graph = new Graph('main');
    const x = graph.input('x', 'float32', ['B']);
    const { state } = loop(graph.constant('int64', [], [4]), { sum: { initial: x } }, (_step, { sum }) => {
      const square = mul(x, x);
      return { proceed: not(equal(reduceSum(square, 0), 0)), state: { sum: add(sum, square) }, stacked: {} };
    });
    graph.output('sum', state.sum);
    const body = bodyOf(graph);
    expect(opsOf(body.nodes)).toEqual(['Add', 'Identity']);
    expect(opsOf(graph.nodes)).toEqual(['Mul', 'ReduceSum', 'Equal', 'Not', 'Loop']);
    expect(body.weights).toEqual([]);
    const outputs = await runGraph(graph, { x: f32([2], [1, 2]) });
    expect(outputs.sum).toEqual(f32([2], [5, 18]));
  });

  test('may hold a loop, which uses the values of both graphs around it', async () => {
    const graph = new Graph('main');
    const x = graph.input('x', 'int64', []);
    const times = graph.constant('int64', [], [2]);
    const { state } = loop(times, { total: { initial: x } }, (step, { total }) => {
      const inner = loop(times, { sum: { initial: total } }, (_inner, { sum }) => ({
        proceed: less(sum, 1000),
        state: { sum: add(add(sum, step), x) },
        stacked: {},
      }));
      return { proceed: yes(x), state: { total: inner.state.sum }, stacked: {} };
    });
    graph.output('total', state.total);
    // 10, then twice + 0 + 10, then twice + 1 + 10.
    expect(await runGraph(graph, { x: i64([], [10]) })).toEqual({ total: i64([], [52]) });
    expect(opsOf(bodyOf(graph).nodes)).toContain('Loop');
  });

  test('stands beside another one of the same graph', async () => {
    const graph = new Graph('main');
    const x = graph.input('x', 'float32', [1]);
    const run = (times: number, from: Value<'float32'>) =>
      loop(graph.constant('int64', [], [times]), { x: { initial: from } }, (_step, { x }) => ({
        proceed: yes(x),
        state: { x: add(x, 1) },
        stacked: { x },
      }));
    const first = run(2, x);
    const second = run(3, first.state.x);
    graph.output('first', first.stacked.x);
    graph.output('second', second.stacked.x);
    const outputs = await runGraph(graph, { x: f32([1], [5]) });
    expect(outputs).toEqual({ first: f32([2, 1], [5, 6]), second: f32([3, 1], [7, 8, 9]) });
    // They stack as many items as they run, which is not known to be the same number.
    expect(() => add(first.stacked.x, second.stacked.x)).toThrow('Add: cannot broadcast');
  });
});

describe('a loop is refused', () => {
  const graph = new Graph('main');
  const x = graph.input('x', 'float32', ['B', 2]);
  const once = graph.constant('int64', [], [1]);

  test.each<[string, (x: Value<'float32'>) => Value, string]>([
    ['shape', (x) => concat([x, x], 1), 'Loop: state x is float32 [B, 2] and its next value float32 [B, 4]'],
    ['rank', (x) => unsqueeze(x, 0), 'Loop: state x is float32 [B, 2] and its next value float32 [1, B, 2]'],
    ['type', (x) => cast(x, 'int64'), 'Loop: state x is float32 [B, 2] and its next value int64 [B, 2]'],
  ])('when the next state has another %s', (_what, next, message) => {
    const build = () =>
      loop(once, { x: { initial: x } }, (_step, state) => ({
        proceed: yes(x),
        state: { x: next(state.x) as never },
        stacked: {},
      }));
    expect(build).toThrow(new GraphError(message));
  });

  test('when the first state is not what the body is told', () => {
    const build = () =>
      loop(once, { x: { initial: x, shape: ['T', 3] } }, (_step, { x }) => ({
        proceed: yes(x),
        state: { x },
        stacked: {},
      }));
    expect(build).toThrow(new GraphError('Loop: state x is float32 [T, 3] and its first value float32 [B, 2]'));
  });

  test('when a value leaves its body other than through the results', () => {
    let leaked: Value | undefined;
    const { state } = loop(once, { x: { initial: x } }, (_step, { x }) => {
      leaked = identity(x);
      return { proceed: yes(x), state: { x: leaked as typeof x }, stacked: {} };
    });
    expect(() => graph.output('leaked', leaked!)).toThrow('belongs to another graph (main.loop) than main');
    graph.output('x_last', state.x);
  });

  test('when its body uses the values of a sibling', () => {
    let foreign: Value<'bool'> | undefined;
    const build = () =>
      loop(once, { x: { initial: x } }, (_step, { x }) => {
        const proceed = less(reduceSum(reduceSum(x, 0), 0), 5);
        const both = foreign === undefined ? proceed : and(proceed, foreign);
        foreign = proceed;
        return { proceed: both, state: { x }, stacked: {} };
      });
    build();
    expect(build).toThrow(/^And: .* belongs to another graph/);
  });
});
