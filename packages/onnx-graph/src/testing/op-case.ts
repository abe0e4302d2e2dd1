import { type DType, Graph, type Shape, type Value } from '../index.js';
import { type Elements, resolveShape } from './run-graph.js';

/** What the named dimensions of all cases are when they run. */
export const sizes = new Map([
  ['B', 2],
  ['T', 3],
]);

/** A case's graph and what is fed to it. */
export class Given {
  readonly graph = new Graph('case');
  readonly feeds: Record<string, Elements> = {};

  input<D extends DType>(dtype: D, shape: Shape, values: readonly number[]): Value<D> {
    const value = this.graph.input('x', dtype, shape);
    this.feeds[value.name] = { dtype, dims: resolveShape(shape, sizes), values };
    return value;
  }
  f32 = (shape: Shape, values: readonly number[]) => this.input('float32', shape, values);
  i64 = (shape: Shape, values: readonly number[]) => this.input('int64', shape, values);
  bool = (shape: Shape, values: readonly number[]) => this.input('bool', shape, values);
}

/** The name begins with the function that the case is about; expected are the elements of each result in C order. */
export type Case = readonly [name: string, build: (given: Given) => Value | readonly Value[], ...expected: number[][]];

/** 0, 1, 2, … */
export function count(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

/** Numbers between −1 and 1 without a pattern. */
export function waves(length: number, seed: number): number[] {
  return Array.from({ length }, (_, i) => Math.fround(Math.sin(seed * 12.9898 + i * 78.233)));
}

export function chunks(values: readonly number[], length: number): number[][] {
  return Array.from({ length: values.length / length }, (_, i) => values.slice(i * length, (i + 1) * length));
}
