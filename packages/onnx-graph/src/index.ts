export { DataFile } from './data-file.js';
export { disableTelemetry } from './disable-telemetry.js';
export {
  bytesOf,
  type DType,
  elementBytes,
  encodeElements,
  type FloatType,
  float16Bits,
  type IntegerType,
  type NumericType,
} from './dtype.js';
export { type Attribute, emit, Graph, type GraphWeight, type NodeOptions, type OutputType, Value } from './graph.js';
export {
  concat,
  dimension,
  expand,
  gather,
  gatherElements,
  gatherPerRow,
  range,
  reshape,
  reshapeLike,
  scatterElements,
  slice,
  split,
  squeeze,
  transpose,
  unsqueeze,
} from './ops/arrange.js';
export { conditional } from './ops/conditional.js';
export {
  abs,
  add,
  and,
  biasGelu,
  cast,
  div,
  equal,
  gelu,
  greater,
  greaterOrEqual,
  identity,
  less,
  max,
  min,
  mod,
  mul,
  neg,
  not,
  type Operand,
  or,
  pow,
  sub,
  where,
} from './ops/elementwise.js';
export { type LoopBody, type LoopResult, type LoopState, loop } from './ops/loop.js';
export { gemm, matMul, multiHeadAttention } from './ops/matrix.js';
export { type BlockMatrix, matMulBlocks, matMulInteger, quantizeRows } from './ops/quantized.js';
export { argMax, cumSum, layerNorm, logSoftmax, reduceMax, reduceMin, reduceSum, softmax, topK } from './ops/reduce.js';
export { resizeBicubic } from './ops/resize.js';
export { addDims, broadcast, type Dim, formatShape, GraphError, product, type Shape } from './shape.js';
export { serializeModel, type WriteProgress, writeModel } from './write-model.js';
