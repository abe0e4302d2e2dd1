import {
  add,
  type BlockMatrix,
  dimension,
  emit,
  type FloatType,
  type Graph,
  gemm,
  matMul,
  matMulBlocks,
  matMulInteger,
  max,
  mul,
  product,
  quantizeRows,
  reduceMax,
  reduceMin,
  reshape,
  reshapeLike,
  type Value,
} from '@blipq/onnx-graph';
import type { Weight } from '../checkpoint/state-dict.js';
import { floatBytes } from './float-bytes.js';
import { quantizeBlocks, quantizeChannels, transposed, type WeightBits, ZERO_POINT } from './quantize.js';
import type { Tensor } from './tensor.js';

/** x [..., in] · Wᵀ + bias → [..., out]; without bias where it is null. */
export type MatrixProduct = (x: Tensor, bias: Tensor | null) => Tensor;

/** How a weight [out, in] is stored in a graph and multiplied by. */
export type MatrixFormat = (graph: Graph, weight: Weight) => MatrixProduct;

/** Floats, transposed: in float32, the products are those of transformers but for rounding. */
export const floatMatrix =
  (dtype: FloatType): MatrixFormat =>
  (graph, weight) => {
    const [outFeatures, inFeatures] = weight.shape as [number, number];
    const matrix: Tensor = graph.weight(weight.name, dtype, [inFeatures, outFeatures], async () =>
      floatBytes(transposed(await weight.read(), outFeatures, inFeatures), dtype),
    );
    return (x, bias) => {
      if (bias === null) return matMul(x, matrix);
      if (namedOuterDims(x) > 1) return add(matMul(x, matrix), bias);
      return asRows(x, (rows) => gemm(rows, matrix, bias));
    };
  };

/**
 * Weights of eight bits, or seven, scaled by output channel, and eight-bit activations, scaled by token: the fastest
 * product for many tokens on CPUs with VNNI instructions; on x64 CPUs without, where onnxruntime adds two products of
 * bytes in 16 bits, that is the one with weights of seven bits, with which no such sum exceeds 2 × 255 × 63 = 32,130. A
 * scale for each token, not for the whole tensor as DynamicQuantizeMatMul has
 * it, keeps rows independent of each other, bit for bit.
 */
export const integerMatrix =
  (bits: WeightBits): MatrixFormat =>
  (graph, weight) => {
    const [outFeatures, inFeatures] = weight.shape as [number, number];
    const quantized = lazily(async () => quantizeChannels(await weight.read(), outFeatures, inFeatures, bits));
    const matrix = graph.weight(
      `${weight.name}.int8`,
      'int8',
      [inFeatures, outFeatures],
      async () => (await quantized()).bytes,
    );
    const scales = graph.weight(
      `${weight.name}.scale`,
      'float32',
      [outFeatures],
      async () => (await quantized()).scales,
    );
    return (x, bias) =>
      asRows(x, (rows) => {
        const { bytes, scale } = quantizedRows(rows as Float32);
        const scaled = mul(matMulInteger(bytes, matrix, scales, ZERO_POINT), scale);
        return bias === null ? scaled : add(scaled, bias);
      });
  };

/**
 * Inputs that share a scale in `blockMatrix`. Up to 64, onnxruntime sums a row alike whatever the rows beside it; with
 * 128 it takes rows in pairs, and an odd one by a kernel that rounds otherwise.
 */
const BLOCK_SIZE = 64;

/**
 * Eight-bit weights with a scale for every 64 inputs of every output: the fastest product for few tokens, where reading
 * the weights is what takes the time. Closer to floats than `integerMatrix`.
 */
export const blockMatrix: MatrixFormat = (graph, weight) => {
  const [columns, rows] = weight.shape as [number, number];
  const blockSize = rows <= 32 ? 32 : BLOCK_SIZE;
  const blocks = Math.ceil(rows / blockSize);
  const quantized = lazily(async () => quantizeBlocks(await weight.read(), columns, rows, blockSize));
  const { name } = weight;
  const matrix: BlockMatrix = {
    quantized: graph.weight(
      `${name}.blocks`,
      'uint8',
      [columns, blocks, blockSize],
      async () => (await quantized()).bytes,
    ),
    scales: graph.weight(`${name}.scale`, 'float32', [columns, blocks], async () => (await quantized()).scales),
    blockSize,
    rows,
    columns,
  };
  return (x, bias) => matMulBlocks(x as Float32, matrix, bias as Float32 | null);
};

/** What the eight-bit formats compute with around its products. */
type Float32 = Value<'float32'>;

/** Keeps the scale of a row of zeros from being 0. */
const SCALE_MIN = 1e-20;

const quantizedRowsOf = new WeakMap<Float32, { bytes: Value<'uint8'>; scale: Float32 }>();

/** Rows [M, K] as bytes and their scales [M, 1]. Layers that share an input share its bytes. */
function quantizedRows(rows: Float32) {
  const known = quantizedRowsOf.get(rows);
  if (known) return known;
  // Two passes that read take less time than one that writes the absolute values and another that reads them.
  const largest = max(reduceMax(rows, 1), mul(reduceMin(rows, 1), -1));
  const scale = max(mul(largest, 1 / 127), SCALE_MIN);
  const zeroPoint = emit('Expand', [rows.graph.constant('uint8', [1], [ZERO_POINT]), dimension(rows, 0)], {
    dtype: 'uint8',
    shape: [rows.dim(0)],
  });
  const result = { bytes: quantizeRows(rows, scale, zeroPoint), scale: reshape(scale, [rows.dim(0), 1]) };
  quantizedRowsOf.set(rows, result);
  return result;
}

/** Calls `make` for the first of two readers and lets go of the result with the second, so that nothing is kept. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    const result = made ?? make();
    made = made === undefined ? result : undefined;
    return result;
  };
}

/** Applies `f` to a tensor [..., C] as rows [M, C]. */
function asRows(x: Tensor, f: (rows: Tensor) => Tensor): Tensor {
  if (x.shape.length === 2) return f(x);
  const rows = f(rowsOf(x));
  const outer = x.shape.slice(0, -1);
  const shape = [...outer, rows.dim(-1)];
  return namedOuterDims(x) > 1 ? reshapeLike(rows, shape, x) : reshape(rows, shape);
}

function namedOuterDims(x: Tensor): number {
  return x.shape.slice(0, -1).filter((dim) => typeof dim === 'string').length;
}

const reshapedRows = new WeakMap<Tensor, Tensor>();

/** [..., C] → [M, C], the same value for the same input. */
function rowsOf(x: Tensor): Tensor {
  const rows = reshapedRows.get(x) ?? reshape(x, [product(x.shape.slice(0, -1)), x.dim(-1)]);
  reshapedRows.set(x, rows);
  return rows;
}
