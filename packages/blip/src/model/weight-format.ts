import type { FloatType } from '@blipq/onnx-graph';
import { floatMatrix, int8Matrix, type MatrixFormat } from './matrix.js';

/** What a model computes with. */
export interface WeightFormat {
  /** The type of activations and of all weights but the matrices. */
  readonly dtype: FloatType;
  readonly matrix: MatrixFormat;
}

export type Precision = 'fp32' | 'int8' | 'fp16';

export const formats: Readonly<Record<Precision, WeightFormat>> = {
  fp32: { dtype: 'float32', matrix: floatMatrix('float32') },
  fp16: { dtype: 'float16', matrix: floatMatrix('float16') },
  int8: { dtype: 'float32', matrix: int8Matrix },
};
