import type { FloatType } from '@blipq/onnx-graph';
import { blockMatrix, floatMatrix, int8Matrix, type MatrixFormat } from './matrix.js';

/** What a part of the model computes with. */
export interface WeightFormat {
  /** The type of activations and of all weights but the matrices. */
  readonly dtype: FloatType;
  readonly matrix: MatrixFormat;
}

export type Precision = 'fp32' | 'int8' | 'fp16';

/** The formats of a precision. */
export interface ModelFormat {
  /** For what multiplies all tokens of an image at once. */
  readonly image: WeightFormat;
  /** For what multiplies a token of each row. */
  readonly token: WeightFormat;
}

export const formats: Readonly<Record<Precision, ModelFormat>> = {
  fp32: { image: floats('float32'), token: floats('float32') },
  fp16: { image: floats('float16'), token: floats('float16') },
  int8: { image: { dtype: 'float32', matrix: int8Matrix }, token: { dtype: 'float32', matrix: blockMatrix } },
};

/** Matrices in the float type of all else. */
export function floats(dtype: FloatType): WeightFormat {
  return { dtype, matrix: floatMatrix(dtype) };
}
