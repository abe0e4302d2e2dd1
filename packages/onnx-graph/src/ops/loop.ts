import type { DType } from '../dtype.js';
import { Graph, innermost, type OutputType, type Value } from '../graph.js';
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
  const outer = innermost('Loop', [iterationsMax, ...Object.values(state).map(({ initial }) => initial)]);
  const body = new Graph(`${outer.name}.loop`, outer);
  const iteration = body.input('iteration', 'int64', []);
  body.input('proceed', 'bool', []);
  const keys = Object.keys(state);
  const carried = Object.fromEntries(
    keys.map((key) => {
      const { initial, shape = initial.shape } = state[key]!;
      checkState(key, { dtype: initial.dtype, shape }, 'first', initial);
      return [key, body.input(`carried.${key}`, initial.dtype, shape)];
    }),
  ) as StateValues<S>;

  const result = build(iteration, carried);
  const stackedKeys = Object.keys(result.stacked);
  body.output('next.proceed', result.proceed);
  for (const key of keys) {
    checkState(key, carried[key]!, 'next', result.state[key]!);
    body.output(`next.${key}`, result.state[key]!);
  }
  for (const key of stackedKeys) body.output(`stacked.${key}`, result.stacked[key]!);

  const outputs = [
    ...keys.map((key) => ({ dtype: carried[key]!.dtype, shape: carried[key]!.shape })),
    ...stackedKeys.map((key) => {
      const { dtype, shape } = result.stacked[key]!;
      return { dtype, shape: [`${iteration.name}.count`, ...shape] };
    }),
  ];
  const inputs = [iterationsMax, outer.constant('bool', [], [1]), ...keys.map((key) => state[key]!.initial)];
  const values = outer.node('Loop', inputs, outputs, { attributes: { body: { graph: body } } });
  const named = (names: string[], offset: number) =>
    Object.fromEntries(names.map((key, i) => [key, values[offset + i]]));
  return { state: named(keys, 0) as StateValues<S>, stacked: named(stackedKeys, keys.length) as O };
}

/** A named dimension of the state may become anything, a number stays. */
function checkState(key: string, carried: OutputType, which: 'first' | 'next', value: OutputType): void {
  const fits =
    carried.dtype === value.dtype &&
    carried.shape.length === value.shape.length &&
    carried.shape.every((dim, axis) => dim === value.shape[axis] || typeof dim === 'string');
  if (!fits) {
    const [from, to] = [carried, value].map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`);
    throw new GraphError(`Loop: state ${key} is ${from} and its ${which} value ${to}`);
  }
}
