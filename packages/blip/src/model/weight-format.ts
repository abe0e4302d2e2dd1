import type { FloatType } from '@blipq/onnx-graph';
import { blockMatrix, floatMatrix, integerMatrix, type MatrixFormat } from './matrix.js';

/** What a part of the model computes with. */
export interface WeightFormat {
  /** The type of activations and of all weights but the matrices. */
  readonly dtype: FloatType;
  readonly matrix: MatrixFormat;
}

/**
 * fp32, int8, fp16; `int7` is int8 with image weights of seven bits; `int8-decoder` is int8 for single tokens of text and
 * fp32 for those of images.
 */
export const precisions = ['fp32', 'int8-decoder', 'int8', 'int7', 'fp16'] as const;
export type Precision = (typeof precisions)[number];

/** The formats of a precision. */
export interface ModelFormat {
  /** For what multiplies all tokens of an image at once. */
  readonly image: WeightFormat;
  /** For what multiplies a token of each row. */
  readonly token: WeightFormat;
}

const blocks: WeightFormat = { dtype: 'float32', matrix: blockMatrix };

export const formats: Readonly<Record<Precision, ModelFormat>> = {
  fp32: { image: floats('float32'), token: floats('float32') },
  'int8-decoder': { image: floats('float32'), token: blocks },
  int8: { image: { dtype: 'float32', matrix: integerMatrix(8) }, token: blocks },
  int7: { image: { dtype: 'float32', matrix: integerMatrix(7) }, token: blocks },
  fp16: { image: floats('float16'), token: floats('float16') },
};

/** Matrices in the float type of all else. */
export function floats(dtype: FloatType): WeightFormat {
  return { dtype, matrix: floatMatrix(dtype) };
}
