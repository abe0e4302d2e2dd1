import type { FloatType, Value } from '@blipq/onnx-graph';

/** What the model computes with: all of one float type. */
export type Tensor = Value<FloatType>;
