import { gemm, matMul, matMulBlocks, matMulInteger, multiHeadAttention, quantizeRows } from '../index.js';
import { type Case, chunks, count, waves } from './op-case.js';
import { attention } from './reference-ops.js';

/** Products of matrices, in floats and in eight bits, and attention. */
export const productCases: Case[] = [
  ['matMul', ({ f32 }) => matMul(f32(['B', 3], count(6)), f32([3, 2], count(6))), [10, 13, 28, 40]],
  [
    'matMul: a batch of one with a batch',
    ({ f32 }) => matMul(f32([1, 1, 3], [1, 2, 3]), f32(['B', 3, 1], count(6))),
    [8, 26],
  ],
  [
    'gemm',
    ({ f32 }) => gemm(f32(['B', 3], count(6)), f32([3, 2], count(6)), f32([2], [0.5, -0.5])),
    [10.5, 12.5, 28.5, 39.5],
  ],
  ...[true, false].map((biased): Case => {
    const [query, key, value, bias] = [waves(8, 1), waves(24, 2), waves(24, 3), waves(12, 4)];
    return [
      `multiHeadAttention: ${biased ? 'with' : 'without'} bias`,
      ({ f32 }) =>
        multiHeadAttention(
          f32(['B', 1, 4], query),
          f32(['B', 'T', 4], key),
          f32(['B', 'T', 4], value),
          biased ? f32([12], bias) : null,
          2,
        ),
      attention({ query, key, value, bias: biased ? bias : bias.map(() => 0), batch: 2, channels: 4, heads: 2 }),
    ];
  }),

  [
    'quantizeRows: half to even, saturated',
    (given) => {
      const x = given.f32(['B', 4], [-0.5, 0.25, 100, 0.75, -3, 3, 0, 1000]);
      return quantizeRows(x, given.f32(['B'], [0.5, 3]), given.input('uint8', ['B'], [128, 128]));
    },
    [127, 128, 255, 130, 127, 129, 128, 255],
  ],
  [
    'matMulInteger',
    (given) => {
      const [a, b] = [given.input('uint8', ['B', 2], [129, 130, 0, 255]), given.input('int8', [2, 2], [1, -2, 3, 127])];
      return matMulInteger(a, b, given.f32([2], [0.5, 2]), 128);
    },
    [3.5, 504, 126.5, 32770],
  ],
  ...[true, false].map((biased): Case => {
    // With 127 as the largest of each block of 16, rounding the rest to eight bits changes nothing.
    const x = count(64).map((i) => (i % 16 === 5 ? 127 : ((i * 37) % 101) - 50));
    const quantized = count(96).map((i) => (i * 89) % 256);
    const scales = [0.5, 1, 2, 0.25, 1, 0.125];
    const bias = biased ? [1, 2, 3] : [0, 0, 0];
    return [
      `matMulBlocks: ${biased ? 'with' : 'without'} bias`,
      (given) => {
        const weights = given.input('uint8', [3, 2, 16], quantized);
        const matrix = { quantized: weights, scales: given.f32([3, 2], scales), blockSize: 16, rows: 32, columns: 3 };
        return matMulBlocks(given.f32(['B', 1, 32], x), matrix, biased ? given.f32([3], bias) : null);
      },
      chunks(x, 32).flatMap((row) =>
        bias.map((start, column) =>
          row.reduce((sum, value, k) => {
            const at = column * 32 + k;
            return sum + value * (quantized[at]! - 128) * scales[Math.floor(at / 16)]!;
          }, start),
        ),
      ),
    ];
  }),
];
