import { TensorProto_DataType as OnnxType } from './gen/onnx_pb.js';

/** Element types that graphs use; names as in NumPy. */
export type DType = 'float32' | 'float16' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool';

export type FloatType = 'float32' | 'float16';
export type IntegerType = 'uint8' | 'int8' | 'int32' | 'int64';
export type NumericType = FloatType | IntegerType;

interface DTypeFacts {
  readonly onnx: OnnxType;
  readonly bytes: number;
}

const facts: Record<DType, DTypeFacts> = {
  float32: { onnx: OnnxType.FLOAT, bytes: 4 },
  float16: { onnx: OnnxType.FLOAT16, bytes: 2 },
  uint8: { onnx: OnnxType.UINT8, bytes: 1 },
  int8: { onnx: OnnxType.INT8, bytes: 1 },
  int32: { onnx: OnnxType.INT32, bytes: 4 },
  int64: { onnx: OnnxType.INT64, bytes: 8 },
  bool: { onnx: OnnxType.BOOL, bytes: 1 },
};

/** The code of `dtype` in TensorProto.DataType. */
export function onnxType(dtype: DType): OnnxType {
  return facts[dtype].onnx;
}

/** Bytes that one element takes. */
export function elementBytes(dtype: DType): number {
  return facts[dtype].bytes;
}

/** Smallest and largest integer of each type; of int64, those that are exact as a number. */
const ranges: Partial<Record<DType, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  bool: [0, 1],
};

/** Whether `value` is one of the numbers that `dtype` is made for; float types round any. */
export function holds(dtype: DType, value: number): boolean {
  const [lowest, highest] = ranges[dtype] ?? [];
  return lowest === undefined || (Number.isInteger(value) && value >= lowest && value <= highest!);
}

/**
 * Little-endian bytes of numbers as `dtype`, as ONNX's raw_data wants them.
 * float16 is not encoded here: half-precision weights arrive as bytes.
 */
export function encodeElements(dtype: DType, values: readonly number[]): Uint8Array {
  switch (dtype) {
    case 'float32':
      return bytesOf(Float32Array.from(values));
    case 'int64':
      return bytesOf(BigInt64Array.from(values, (value) => BigInt(value)));
    case 'int32':
      return bytesOf(Int32Array.from(values));
    case 'int8':
      return bytesOf(Int8Array.from(values));
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values);
    case 'float16':
      return bytesOf(Uint16Array.from(values, float16Bits));
  }
}

/** The bytes under a typed array, without a copy. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

const floatView = new Float32Array(1);
const bitsView = new Uint32Array(floatView.buffer);

/** IEEE 754 binary16 bits of a number, rounded to nearest even; overflow becomes infinity. */
export function float16Bits(value: number): number {
  floatView[0] = value;
  const bits = bitsView[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal halves: multiples of 2^-24.
    const scaled = Math.abs(floatView[0]!) * 2 ** 24;
    const floor = Math.floor(scaled);
    const rest = scaled - floor;
    return sign | (floor + (rest > 0.5 || (rest === 0.5 && (floor & 1) === 1) ? 1 : 0));
  }
  const rebased = magnitude - 0x38000000;
  return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
}
