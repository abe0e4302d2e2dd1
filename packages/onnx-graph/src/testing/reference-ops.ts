import { chunks } from './op-case.js';

export function softmaxOf(row: readonly number[]): number[] {
  const powers = row.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** x·Φ(x), Φ by its Taylor series around 0. */
export function exactGelu(x: number): number {
  let term = x;
  let sum = 0;
  for (let n = 0; n < 60; n++) {
    sum += term / (2 * n + 1);
    term *= -(x * x) / 2 / (n + 1);
  }
  return x * (0.5 + sum / Math.sqrt(2 * Math.PI));
}

/** Attention of one query a row over T keys, by the definition. */
export function attention(x: {
  readonly query: number[];
  readonly key: number[];
  readonly value: number[];
  readonly bias: number[];
  readonly batch: number;
  readonly channels: number;
  readonly heads: number;
}): number[] {
  const { channels, heads } = x;
  const size = channels / heads;
  const biased = (values: number[], part: number) =>
    chunks(values, channels).map((row) => row.map((value, channel) => value + x.bias[part * channels + channel]!));
  const [queries, keys, values] = [biased(x.query, 0), biased(x.key, 1), biased(x.value, 2)];
  const positions = keys.length / x.batch;
  return queries.flatMap((query, row) => {
    const [ownKeys, ownValues] = [keys, values].map((all) => all.slice(row * positions, (row + 1) * positions));
    return query.map((_, channel) => {
      const head = Math.floor(channel / size) * size;
      const dot = (key: number[]) =>
        query.slice(head, head + size).reduce((sum, q, i) => sum + q * key[head + i]!, 0) / Math.sqrt(size);
      const weights = softmaxOf(ownKeys!.map(dot));
      return weights.reduce((sum, weight, position) => sum + weight * ownValues![position]![channel]!, 0);
    });
  });
}

/** Resizes the first axis of [rows, columns] as Pillow's ImagingResampleHorizontal with the bicubic filter, unrounded. */
export function resizeRows(
  image: readonly number[],
  { rows, columns, target }: { rows: number; columns: number; target: number },
): number[] {
  const scale = rows / target;
  const widening = Math.max(scale, 1);
  return Array.from({ length: target }, (_, to) => {
    const center = (to + 0.5) * scale;
    const weights = Array.from({ length: rows }, (_, from) => bicubic((from + 0.5 - center) / widening));
    const sum = weights.reduce((a, b) => a + b);
    return Array.from({ length: columns }, (_, column) =>
      weights.reduce((total, weight, from) => total + (weight / sum) * image[from * columns + column]!, 0),
    );
  }).flat();
}

/** Keys' cubic with a = −0.5. */
function bicubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
