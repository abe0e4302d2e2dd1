import type { Graph } from '@blipq/onnx-graph';
import type { StateDict, Weight } from '../checkpoint/state-dict.js';
import { floatBytes } from './float-bytes.js';
import type { Tensor } from './tensor.js';
import type { WeightFormat } from './weight-format.js';

/** A learned projection: x [..., in] → [..., out]. */
export interface Linear {
  /** x·Wᵀ + b */
  (x: Tensor): Tensor;
  /** x·Wᵀ, for ops that add the bias themselves. */
  product(x: Tensor): Tensor;
  /** [out] */
  readonly bias: Tensor;
}

/** The same weight, its values multiplied by `factor`. */
export function scaled(weight: Weight, factor: number): Weight {
  return { ...weight, read: async () => (await weight.read()).map((value) => value * factor) };
}

/** Where a model's layers take their weights from, and in what format they multiply by them. */
export class Weights {
  constructor(
    readonly graph: Graph,
    readonly tensors: StateDict,
    readonly format: WeightFormat,
    /** Prepended to every name, so that a layer speaks of its own weights only. */
    readonly prefix = '',
  ) {}

  /** The weights below `path`, as in the checkpoint's key tree. */
  at(path: string): Weights {
    return new Weights(this.graph, this.tensors, this.format, `${this.prefix}${path}.`);
  }

  /** The same weights in another format. */
  as(format: WeightFormat): Weights {
    return new Weights(this.graph, this.tensors, format, this.prefix);
  }

  /** A tensor as it is stored. */
  tensor(name: string, shape: readonly number[]): Tensor {
    return this.#stored(this.tensors.take(`${this.prefix}${name}`, shape));
  }

  /** The layer `name`: weight [out, in] and bias [out]. */
  linear(name: string, inFeatures: number, outFeatures: number): Linear {
    return this.linearOf(
      this.tensors.take(`${this.prefix}${name}.weight`, [outFeatures, inFeatures]),
      this.tensors.take(`${this.prefix}${name}.bias`, [outFeatures]),
    );
  }

  /** The layer `name`, its results multiplied by `factor`. */
  scaledLinear(name: string, inFeatures: number, outFeatures: number, factor: number): Linear {
    return this.linearOf(
      scaled(this.tensors.take(`${this.prefix}${name}.weight`, [outFeatures, inFeatures]), factor),
      scaled(this.tensors.take(`${this.prefix}${name}.bias`, [outFeatures]), factor),
    );
  }

  /** A layer made of a weight [out, in] and a bias [out], wherever they come from. */
  linearOf(weight: Weight, bias: Weight): Linear {
    const multiply = this.format.matrix(this.graph, weight);
    const biasValue = this.#stored(bias);
    const apply = (x: Tensor) => multiply(x, biasValue);
    return Object.assign(apply, { product: (x: Tensor) => multiply(x, null), bias: biasValue });
  }

  /** The products x·Wᵀ with each of `count` equal matrices that are stacked in one weight [count · out, in]. */
  products(weight: Weight, count: number): ((x: Tensor) => Tensor)[] {
    const [rows, inFeatures] = weight.shape as [number, number];
    const size = (rows / count) * inFeatures;
    return Array.from({ length: count }, (_, index) => {
      const read = async () => (await weight.read()).subarray(index * size, (index + 1) * size);
      const multiply = this.format.matrix(this.graph, { name: weight.name, shape: [rows / count, inFeatures], read });
      return (x: Tensor) => multiply(x, null);
    });
  }

  #stored(weight: Weight): Tensor {
    const { dtype } = this.format;
    return this.graph.weight(weight.name, dtype, weight.shape, async () => floatBytes(await weight.read(), dtype));
  }
}
