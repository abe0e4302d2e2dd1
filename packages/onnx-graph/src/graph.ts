import { bytesOf, type DType, elementBytes, encodeElements, holds } from './dtype.js';
import { type Dim, formatShape, GraphError, product, type Shape } from './shape.js';

/** A tensor in a graph: what an op takes and gives. */
export class Value<D extends DType = DType> {
  constructor(
    readonly graph: Graph,
    /** Unique over the model. Becomes the output's name where a value is made a result of its graph. */
    public name: string,
    readonly dtype: D,
    readonly shape: Shape,
  ) {}

  /** The rank-checked dimension at `axis`; negative counts from the back. */
  dim(axis: number): Dim {
    const dim = this.shape.at(axis);
    if (dim === undefined) throw new GraphError(`${this.name}: no axis ${axis} in ${formatShape(this.shape)}`);
    return dim;
  }
}

export type Attribute = number | string | readonly number[] | { readonly float: number } | { readonly graph: Graph };

export interface Node {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  /** null leaves out an optional input. */
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface GraphWeight {
  readonly value: Value;
  /** Element bytes, little-endian, C order. Called once, while the model is written; nothing is held in memory before. */
  readonly read: () => Promise<ArrayBufferView>;
}

export interface OutputType<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
}

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** '' is ONNX's own op set; 'com.microsoft' holds onnxruntime's contrib ops. */
  readonly domain?: '' | 'com.microsoft';
}

/**
 * A graph under construction, or the body of a loop inside one (`parent` is then the graph around it).
 *
 * Bodies may use the values of the graphs around them. Names are unique over a whole model, and weights and
 * constants live in the outermost graph, where one copy serves every body.
 */
export class Graph {
  readonly inputs: Value[] = [];
  readonly nodes: Node[] = [];
  readonly outputs: Value[] = [];
  readonly weights: GraphWeight[] = [];
  readonly depth: number;
  readonly root: Graph;
  readonly #names: Map<string, number>;
  readonly #constants = new Map<string, Value>();

  constructor(
    readonly name: string,
    readonly parent: Graph | null = null,
  ) {
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.root = parent === null ? this : parent.root;
    this.#names = parent === null ? new Map() : this.root.#names;
  }

  /** A tensor that the caller of the graph feeds. */
  input<D extends DType>(name: string, dtype: D, shape: Shape): Value<D> {
    const value = new Value(this, this.#unique(name), dtype, shape);
    this.inputs.push(value);
    return value;
  }

  /**
   * Makes `value` a result of the graph under `name`.
   *
   * @throws GraphError where another value of a model has the name, since callers find results by it, and where `value`
   * belongs to another graph
   */
  output(name: string, value: Value): void {
    if (!isWithin(this, value.graph)) throw foreign(`output ${name}`, value, this);
    const own = this.#ownOnce(value);
    own.name = this.#unique(name);
    if (this.parent === null && own.name !== name) throw new GraphError(`output ${name}: the name is taken`);
    this.outputs.push(own);
  }

  /** ONNX wants each output to be made by a node of this very graph, under one name. */
  #ownOnce(value: Value): Value {
    const own = this.nodes.some((node) => node.outputs.includes(value));
    if (own && !this.outputs.includes(value)) return value;
    return this.node('Identity', [value], [value], {})[0]!;
  }

  /** A weight, read when the model is written. `name` is the checkpoint's name for it where there is one. */
  weight<D extends DType>(name: string, dtype: D, shape: readonly number[], read: GraphWeight['read']): Value<D> {
    const value = new Value(this.root, this.#unique(name), dtype, shape);
    this.root.weights.push({ value, read });
    return value;
  }

  /** A small tensor known now. Equal constants are one. */
  constant<D extends DType>(dtype: D, shape: readonly number[], values: readonly number[]): Value<D> {
    if (product(shape) !== values.length) {
      throw new GraphError(`constant: ${values.length} values do not fill ${formatShape(shape)}`);
    }
    const wrong = values.find((value) => !holds(dtype, value));
    if (wrong !== undefined) throw new GraphError(`constant: ${dtype} cannot be ${wrong}`);
    const key = `${dtype}${formatShape(shape)}${values.map((value) => (Object.is(value, -0) ? '-0' : value))}`;
    const known = this.root.#constants.get(key);
    if (known) return known as Value<D>;
    const bytes = encodeElements(dtype, values);
    const value = this.weight('constant', dtype, shape, async () => bytes);
    this.root.#constants.set(key, value);
    return value;
  }

  /** Adds a node to this graph and returns its outputs. Op functions use `emit`, which finds the graph. */
  node(op: string, inputs: readonly (Value | null)[], outputs: readonly OutputType[], options: NodeOptions): Value[] {
    const name = this.#unique(op);
    const values = outputs.map(({ dtype, shape }, index) => {
      const suffix = outputs.length === 1 ? '' : `.${index}`;
      return new Value(this, `${name}${suffix}`, dtype, shape);
    });
    const { attributes = {}, domain = '' } = options;
    this.nodes.push({ op, domain, name, inputs, outputs: values, attributes });
    return values;
  }

  #unique(name: string): string {
    const count = this.#names.get(name) ?? 0;
    this.#names.set(name, count + 1);
    return count === 0 ? name : this.#unique(`${name}_${count}`);
  }
}

/**
 * Adds a node to the innermost graph among those its inputs live in, so that what does not depend on a loop's
 * state is computed outside the loop, wherever it was written.
 */
export function emit<D extends DType>(
  op: string,
  inputs: readonly (Value | null)[],
  output: OutputType<D>,
  options: NodeOptions = {},
): Value<D> {
  return emitAll(op, inputs, [output], options)[0] as Value<D>;
}

/** As `emit`, for an op with several outputs. */
export function emitAll(
  op: string,
  inputs: readonly (Value | null)[],
  outputs: readonly OutputType[],
  options: NodeOptions = {},
): Value[] {
  return innermost(op, inputs).node(op, inputs, outputs, options);
}

/** The graph among those that `inputs` live in which can see them all. */
export function innermost(op: string, inputs: readonly (Value | null)[]): Graph {
  let graph: Graph | undefined;
  for (const input of inputs) {
    if (input === null) continue;
    if (graph === undefined || input.graph.depth > graph.depth) graph = input.graph;
  }
  if (graph === undefined) throw new GraphError(`${op}: takes at least one input`);
  for (const input of inputs) {
    if (input !== null && !isWithin(graph, input.graph)) {
      throw foreign(op, input, graph);
    }
  }
  return graph;
}

function foreign(what: string, { name, graph }: Value, at: Graph): GraphError {
  return new GraphError(`${what}: ${name} belongs to another graph (${graph.name}) than ${at.name}`);
}

function isWithin(graph: Graph, ancestor: Graph): boolean {
  for (let at: Graph | null = graph; at !== null; at = at.parent) if (at === ancestor) return true;
  return false;
}

/** Checks what a weight's reader returned and gives its bytes. */
export function weightBytes(value: Value, view: ArrayBufferView): Uint8Array {
  const expected = Number(product(value.shape)) * elementBytes(value.dtype);
  if (view.byteLength !== expected) {
    throw new GraphError(
      `${value.name} ${formatShape(value.shape)}: expected ${expected} bytes, got ${view.byteLength}`,
    );
  }
  return bytesOf(view);
}
