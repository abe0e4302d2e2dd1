import { add, type Graph, gemm, matMul, product, reshape, type Value } from '@blipq/onnx-graph';
import type { StateDict, Weight } from '../checkpoint/state-dict.js';

/** A learned projection: x [..., in] → [..., out]. */
export interface Linear {
  /** x·Wᵀ + b */
  (x: Value<'float32'>): Value<'float32'>;
  /** x·Wᵀ, for ops that add the bias themselves. */
  product(x: Value<'float32'>): Value<'float32'>;
  /** [out] */
  readonly bias: Value<'float32'>;
}

/** Where a model's layers take their weights from, and how their matrices multiply. */
export class Weights {
  constructor(
    readonly graph: Graph,
    readonly tensors: StateDict,
    /** Prepended to every name, so that a layer speaks of its own weights only. */
    readonly prefix = '',
  ) {}

  /** The weights below `path`, as in the checkpoint's key tree. */
  at(path: string): Weights {
    return new Weights(this.graph, this.tensors, `${this.prefix}${path}.`);
  }

  /** A tensor as it is stored. */
  tensor(name: string, shape: readonly number[]): Value<'float32'> {
    const weight = this.tensors.take(`${this.prefix}${name}`, shape);
    return this.graph.weight(weight.name, 'float32', shape, weight.read);
  }

  /** The layer `name`: weight [out, in] and bias [out]. */
  linear(name: string, inFeatures: number, outFeatures: number): Linear {
    return this.linearOf(
      this.tensors.take(`${this.prefix}${name}.weight`, [outFeatures, inFeatures]),
      this.tensors.take(`${this.prefix}${name}.bias`, [outFeatures]),
    );
  }

  /** A layer made of a weight [out, in] and a bias [out], wherever they come from. */
  linearOf(weight: Weight, bias: Weight): Linear {
    const [outFeatures] = weight.shape as [number, number];
    const matrix = this.#matrix(weight, 0, outFeatures);
    const biasValue = this.graph.weight(bias.name, 'float32', [outFeatures], bias.read);
    const apply = (x: Value<'float32'>) => {
      const namedDims = x.shape.filter((dim) => typeof dim === 'string').length;
      if (namedDims > 1) return add(matMul(x, matrix), biasValue);
      return asRows(x, (rows) => gemm(rows, matrix, biasValue));
    };
    return Object.assign(apply, { product: (x: Value<'float32'>) => matMul(x, matrix), bias: biasValue });
  }

  /** The products x·Wᵀ with each of `count` equal matrices that are stacked in one weight [count · out, in]. */
  products(weight: Weight, count: number): ((x: Value<'float32'>) => Value<'float32'>)[] {
    const outFeatures = weight.shape[0]! / count;
    return Array.from({ length: count }, (_, index) => {
      const matrix = this.#matrix(weight, index * outFeatures, (index + 1) * outFeatures);
      return (x) => matMul(x, matrix);
    });
  }

  /** Rows `start` to `end` of a weight [out, in], transposed to [in, end − start] as matrix products want it. */
  #matrix(weight: Weight, start: number, end: number): Value<'float32'> {
    const inFeatures = weight.shape[1]!;
    return this.graph.weight(weight.name, 'float32', [inFeatures, end - start], async () => {
      const rows = (await weight.read()).subarray(start * inFeatures, end * inFeatures);
      return transposed(rows, end - start, inFeatures);
    });
  }
}

/** Applies `f` to a tensor [..., C] as rows [M, C]. All but one of the outer dimensions must be numbers. */
function asRows(x: Value<'float32'>, f: (rows: Value<'float32'>) => Value<'float32'>): Value<'float32'> {
  const outer = x.shape.slice(0, -1);
  const rows = f(reshape(x, [product(outer), x.dim(-1)]));
  return reshape(rows, [...outer, rows.dim(-1)]);
}

/** A matrix [rows, columns] in C order with rows and columns exchanged, in blocks that fit the cache. */
export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const block = 32;
  const result = new Float32Array(matrix.length);
  for (let rowBlock = 0; rowBlock < rows; rowBlock += block) {
    const rowEnd = Math.min(rowBlock + block, rows);
    for (let columnBlock = 0; columnBlock < columns; columnBlock += block) {
      const columnEnd = Math.min(columnBlock + block, columns);
      for (let column = columnBlock; column < columnEnd; column++) {
        for (let row = rowBlock; row < rowEnd; row++) result[column * rows + row] = matrix[row * columns + column]!;
      }
    }
  }
  return result;
}
