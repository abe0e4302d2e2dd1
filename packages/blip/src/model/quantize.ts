/** The byte that stands for 0 where bytes are unsigned. */
export const ZERO_POINT = 128;

/** The largest magnitude of a signed weight of so many bits, both signs having as many. */
const largestWeights = { 8: 127, 7: 63 } as const;
export type WeightBits = keyof typeof largestWeights;

/** A weight [out, in] as int8 [in, out] with a symmetric scale for each output. */
export function quantizeChannels(values: Float32Array, outFeatures: number, inFeatures: number, bits: WeightBits = 8) {
  const scales = new Float32Array(outFeatures);
  const rows = new Float32Array(values.length);
  for (let row = 0; row < outFeatures; row++) {
    const start = row * inFeatures;
    const scale = largest(values, start, start + inFeatures) / largestWeights[bits] || 1;
    scales[row] = scale;
    for (let index = start; index < start + inFeatures; index++) rows[index] = Math.round(values[index]! / scale);
  }
  return { bytes: Int8Array.from(transposed(rows, outFeatures, inFeatures)), scales };
}

/** A weight [out, in] as bytes around 128 in blocks along `in`, with a symmetric scale for each block. */
export function quantizeBlocks(values: Float32Array, columns: number, rows: number, blockSize: number) {
  const blocks = Math.ceil(rows / blockSize);
  const bytes = new Uint8Array(columns * blocks * blockSize).fill(ZERO_POINT);
  const scales = new Float32Array(columns * blocks);
  for (let block = 0; block < columns * blocks; block++) {
    const [column, place] = [Math.floor(block / blocks), block % blocks];
    const start = column * rows + place * blockSize;
    const end = Math.min(start + blockSize, (column + 1) * rows);
    const scale = largest(values, start, end) / 127 || 1;
    scales[block] = scale;
    const shift = block * blockSize - start;
    for (let index = start; index < end; index++)
      bytes[index + shift] = Math.round(values[index]! / scale) + ZERO_POINT;
  }
  return { bytes, scales };
}

function largest(values: Float32Array, start: number, end: number): number {
  let result = 0;
  for (let index = start; index < end; index++) result = Math.max(result, Math.abs(values[index]!));
  return result;
}

/** A matrix [rows, columns] in C order with rows and columns exchanged, in blocks that fit the cache. */
export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const block = 32;
  const result = new Float32Array(matrix.length);
  for (let rowBlock = 0; rowBlock < rows; rowBlock += block) {
    const rowEnd = Math.min(rowBlock + block, rows);
    for (let columnBlock = 0; columnBlock < columns; columnBlock += block) {
      const columnEnd = Math.min(columnBlock + block, columns);
      for (let column = columnBlock; column < columnEnd; column++) {
        for (let row = rowBlock; row < rowEnd; row++) result[column * rows + row] = matrix[row * columns + column]!;
      }
    }
  }
  return result;
}
