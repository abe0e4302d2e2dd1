/**
 * Element types of stored tensors, under their safetensors names, and their conversion to float32.
 * All stored numbers are little-endian, as is every machine that Node.js supports with onnxruntime.
 */
export type Dtype = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U8' | 'BOOL';

/** Bytes per element. */
export const dtypeBytes: Readonly<Record<Dtype, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

export function isDtype(name: unknown): name is Dtype {
  return typeof name === 'string' && Object.hasOwn(dtypeBytes, name);
}

let halves: Float32Array | undefined;

/** The float32 value of each of the 65 536 half-precision bit patterns. */
function halfValues(): Float32Array {
  if (halves) return halves;
  const table = new Float32Array(65_536);
  const bits = new Uint32Array(table.buffer);
  for (let half = 0; half < 65_536; half++) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) table[half] = (sign ? -1 : 1) * fraction * 2 ** -24;
    else bits[half] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  }
  halves = table;
  return table;
}

/** Element types whose numbers a typed array already understands. */
const numberArrays = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

/**
 * Converts `bytes` (whole elements of `dtype`, starting on a multiple of the element size in their buffer)
 * into `target`. float64 and integers are rounded to the nearest float32.
 */
export function toFloat32(dtype: Dtype, bytes: Uint8Array<ArrayBuffer>, target: Float32Array): void {
  const { buffer, byteOffset } = bytes;
  const count = bytes.byteLength / dtypeBytes[dtype];
  if (dtype === 'F16') {
    const source = new Uint16Array(buffer, byteOffset, count);
    const table = halfValues();
    for (let i = 0; i < count; i++) target[i] = table[source[i]!]!;
  } else if (dtype === 'BF16') {
    const source = new Uint16Array(buffer, byteOffset, count);
    const bits = new Uint32Array(target.buffer, target.byteOffset, count);
    for (let i = 0; i < count; i++) bits[i] = source[i]! << 16;
  } else if (dtype === 'I64') {
    const source = new BigInt64Array(buffer, byteOffset, count);
    for (let i = 0; i < count; i++) target[i] = Number(source[i]);
  } else {
    target.set(new numberArrays[dtype](buffer, byteOffset, count));
  }
}
