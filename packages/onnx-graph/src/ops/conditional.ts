import type { DType } from '../dtype.js';
import { Graph, innermost, type Value } from '../graph.js';
import { formatShape, GraphError } from '../shape.js';

type Values = Record<string, Value>;

/**
 * Runs one of two branches, by a scalar that is known only at run time (ONNX If). The other branch costs nothing.
 *
 * A branch is given `captured` under the same keys. What it computes of these is computed in the branch, and only there;
 * what needs none of them is hoisted out by `emit`, and then computed whichever branch runs.
 *
 * @param condition bool []
 * @throws GraphError where the branches' results differ in dtype or shape
 */
export function conditional<C extends Values, D extends DType>(
  condition: Value<'bool'>,
  captured: C,
  whenTrue: (captured: C) => Value<D>,
  whenFalse: (captured: C) => Value<D>,
): Value<D> {
  if (condition.shape.length > 0) throw new GraphError(`If: the condition is ${formatShape(condition.shape)}, not []`);
  const outer = innermost('If', [condition, ...Object.values(captured)]);
  const build = (name: 'then' | 'else', result: (captured: C) => Value<D>) => {
    const branch = new Graph(`${outer.name}.${name}`, outer);
    const entered = Object.entries(captured).map(([key, value]) => [key, enter(branch, value)] as const);
    const value = result(Object.fromEntries(entered) as C);
    branch.output(`${name}.result`, value);
    return { branch, value };
  };
  const [yes, no] = [build('then', whenTrue), build('else', whenFalse)];
  const [a, b] = [yes, no].map(({ value: { dtype, shape } }) => `${dtype} ${formatShape(shape)}`);
  if (a !== b) throw new GraphError(`If: one branch gives ${a}, the other ${b}`);
  const attributes = { then_branch: { graph: yes.branch }, else_branch: { graph: no.branch } };
  return outer.node('If', [condition], [yes.value], { attributes })[0] as Value<D>;
}

/** A value of the graph around a branch as one of the branch's own. onnxruntime leaves out the node. */
function enter(branch: Graph, value: Value): Value {
  return branch.node('Identity', [value], [value], {})[0]!;
}
