import type { DType } from '../dtype.js';
import { Graph, type Value } from '../graph.js';
import { formatShape, GraphError, type Shape } from '../shape.js';

/** A value carried from one iteration to the next. */
export interface LoopState<D extends DType = DType> {
  readonly initial: Value<D>;
  /**
   * Its shape inside the body, where that differs from the first value's: a dimension that grows has a name of its
   * own there ('T' for a cache that starts with 0 positions).
   */
  readonly shape?: Shape;
}

type StateValues<S> = { [K in keyof S]: S[K] extends LoopState<infer D> ? Value<D> : never };

export interface LoopBody<S, O> {
  /** Whether to go on with another iteration. */
  readonly proceed: Value<'bool'>;
  /** The state's next values, under the same keys. */
  readonly state: StateValues<S>;
  /** Values gathered over the iterations, each stacked along a new first axis. */
  readonly stacked: O;
}

export interface LoopResult<S, O> {
  readonly state: StateValues<S>;
  readonly stacked: O;
}

/**
 * Runs `body` until it says stop, `iterationsMax` (int64 scalar) at most (ONNX Loop).
 * The body may use any value of the graphs around it; what needs none of the loop's state is hoisted out by `emit`.
 */
export function loop<S extends Record<string, LoopState>, O extends Record<string, Value>>(
  iterationsMax: Value<'int64'>,
  state: S,
  build: (iteration: Value<'int64'>, state: StateValues<S>) => LoopBody<S, O>,
): LoopResult<S, O> {
  const outer = iterationsMax.graph;
  const body = new Graph(`${outer.name}.loop`, outer);
  const iteration = body.input('iteration', 'int64', []);
  body.input('proceed', 'bool', []);
  const keys = Object.keys(state);
  const carried = Object.fromEntries(
    keys.map((key) => {
      const { initial, shape = initial.shape } = state[key]!;
      return [key, body.input(key, initial.dtype, shape)];
    }),
  ) as StateValues<S>;

  const result = build(iteration, carried);
  const stackedKeys = Object.keys(result.stacked);
  body.output('proceed_next', result.proceed);
  for (const key of keys) {
    checkNext(key, carried[key]!, result.state[key]!);
    body.output(`${key}_next`, result.state[key]!);
  }
  for (const key of stackedKeys) body.output(`${key}_item`, result.stacked[key]!);

  const outputs = [
    ...keys.map((key) => ({ dtype: carried[key]!.dtype, shape: carried[key]!.shape })),
    ...stackedKeys.map((key) => {
      const { dtype, shape } = result.stacked[key]!;
      return { dtype, shape: ['iterations', ...shape] };
    }),
  ];
  const inputs = [iterationsMax, outer.constant('bool', [], [1]), ...keys.map((key) => state[key]!.initial)];
  const values = outer.node('Loop', inputs, outputs, { attributes: { body: { graph: body } } });
  const named = (names: string[], offset: number) =>
    Object.fromEntries(names.map((key, i) => [key, values[offset + i]]));
  return { state: named(keys, 0) as StateValues<S>, stacked: named(stackedKeys, keys.length) as O };
}

function checkNext(key: string, before: Value, after: Value): void {
  const fits =
    before.dtype === after.dtype &&
    before.shape.length === after.shape.length &&
    before.shape.every((dim, axis) => dim === after.shape[axis] || typeof dim === 'string');
  if (!fits) {
    const [from, to] = [before, after].map((value) => `${value.dtype} ${formatShape(value.shape)}`);
    throw new GraphError(`Loop: state ${key} is ${from} and its next value ${to}`);
  }
}
