import { expand, type FloatType, type LoopState, type Value } from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import type { KeyValue } from './attention.js';
import type { Tensor } from './tensor.js';

/** How a loop carries the self-attention caches: a state of its own for every layer's keys and values. */
export type PastName = `past.${'keys' | 'values'}.${number}`;

/** Caches of no positions, for beams as `tokens` [B, K] has them. */
export function emptyPast(tokens: Value, dtype: FloatType, { layers, heads, hiddenSize }: BlipConfig['text']) {
  const { graph } = tokens;
  const [batch, beams] = [tokens.dim(0), tokens.dim(1)];
  const headSize = hiddenSize / heads;
  const none = (shape: [number, number]) =>
    expand(
      graph.constant(dtype, [1, 1, 1, ...shape.map((size) => (size === 0 ? 0 : 1))], []),
      [batch, beams, heads, ...shape],
      tokens,
    );
  const [keys, values] = [none([headSize, 0]), none([0, headSize])];
  const states: Record<PastName, LoopState<FloatType>> = {};
  for (let layer = 0; layer < layers; layer++) {
    states[`past.keys.${layer}`] = { initial: keys, shape: [batch, beams, heads, headSize, 'T'] };
    states[`past.values.${layer}`] = { initial: values, shape: [batch, beams, heads, 'T', headSize] };
  }
  return states;
}

export function pastOf(state: Record<PastName, Tensor>, layers: number): KeyValue[] {
  return Array.from({ length: layers }, (_, layer) => ({
    keys: state[`past.keys.${layer}`]!,
    values: state[`past.values.${layer}`]!,
  }));
}

export function namedPast(past: readonly KeyValue[]): Record<PastName, Tensor> {
  const named: Record<PastName, Tensor> = {};
  for (const [layer, { keys, values }] of past.entries()) {
    named[`past.keys.${layer}`] = keys;
    named[`past.values.${layer}`] = values;
  }
  return named;
}
