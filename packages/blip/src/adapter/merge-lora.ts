/** A low-rank change of a matrix, in float32. */
export interface LowRank {
  /** [out, r], [r, in] in C order, as nn.Linear and nn.Conv2d have them. */
  readonly left: Float32Array;
  readonly right: Float32Array;
  readonly rank: number;
  readonly scale: number;
}

/** W + scale · left · right, in place: [out, in], `in` being all that is not the first dimension. */
export function addLowRank(weight: Float32Array, { left, right, rank, scale }: LowRank): void {
  const columns = right.length / rank;
  const rows = left.length / rank;
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = left[row * rank + k]!;
      const from = k * columns;
      for (let column = 0; column < columns; column++) sums[column]! += factor * right[from + column]!;
    }
    const to = row * columns;
    for (let column = 0; column < columns; column++) weight[to + column]! += Math.fround(sums[column]!) * scale;
  }
}

/**
 * DoRA: gives each row of a merged weight [out, in] the length that was trained (§4 of Liu et al. 2024; DoraLinearVariant in
 * peft). Of an embedding [vocabulary, D] it is the columns.
 */
export function setMagnitudes(weight: Float32Array, magnitudes: Float32Array, along: 'rows' | 'columns'): void {
  const count = magnitudes.length;
  const length = weight.length / count;
  const [step, stride] = along === 'rows' ? [1, length] : [count, 1];
  for (let index = 0; index < count; index++) {
    const start = index * stride;
    let squares = 0;
    for (let at = 0; at < length; at++) squares += weight[start + at * step]! ** 2;
    const factor = magnitudes[index]! / Math.sqrt(squares);
    for (let at = 0; at < length; at++) weight[start + at * step]! *= factor;
  }
}
