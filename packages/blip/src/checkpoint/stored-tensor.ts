import { type Dtype, dtypeBytes, toFloat32 } from './dtype.js';
import type { WeightFile } from './weight-file.js';

/** A tensor in a file: known by its header, read on demand. */
export interface StoredTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** The values as float32 in C order. */
  read(): Promise<Float32Array>;
}

/** A weights file whose headers were checked in full. */
export interface WeightsFile {
  readonly file: WeightFile;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** 4 GiB as float32. BLIP-large's biggest tensor, the word embeddings, is 23 million. */
export const ELEMENTS_MAX = 2 ** 30;

/** More dimensions than any layer has. */
export const RANK_MAX = 8;

const CHUNK_BYTES = 4 * 2 ** 20;

/** The number of elements, or undefined where `shape` is no list of sizes or asks for too many. */
export function elementCount(shape: unknown): number | undefined {
  if (!Array.isArray(shape) || shape.length > RANK_MAX) return undefined;
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    count *= size;
    if (count > ELEMENTS_MAX) return undefined;
  }
  return count;
}

/** Reads `count` consecutive elements. Beside the result it holds no more than a few megabytes. */
export async function readElements(
  file: WeightFile,
  position: number,
  dtype: Dtype,
  count: number,
): Promise<Float32Array> {
  const values = new Float32Array(count);
  if (dtype === 'F32') {
    await file.readInto(new Uint8Array(values.buffer), position);
    return values;
  }
  const size = dtypeBytes[dtype];
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, count * size));
  for (let done = 0; done < count; ) {
    const elements = Math.min(count - done, chunk.byteLength / size);
    const bytes = chunk.subarray(0, elements * size);
    await file.readInto(bytes, position + done * size);
    toFloat32(dtype, bytes, values.subarray(done, done + elements));
    done += elements;
  }
  return values;
}
