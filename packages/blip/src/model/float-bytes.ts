import { bytesOf, type FloatType, float16Bits } from '@blipq/onnx-graph';

/** Elements of a float type as ONNX stores them. */
export function floatBytes(values: Float32Array, dtype: FloatType): Uint8Array {
  if (dtype === 'float32') return bytesOf(values);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++) halves[index] = float16Bits(values[index]!);
  return bytesOf(halves);
}
