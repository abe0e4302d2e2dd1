import { Graph, matMulInteger, serializeModel } from '@blipq/onnx-graph';
import { ZERO_POINT } from './model/quantize.js';
import { Session } from './session.js';

/** Inputs and outputs of the product that is tried, as many as fill a kernel's registers. */
const SIZE = 64;

/** Each element of the product of the largest bytes, as it should be. */
export const largestSum = (255 - ZERO_POINT) * 127 * SIZE;

let known: Promise<boolean> | undefined;

/**
 * Whether onnxruntime's product of unsigned with signed bytes saturates on this CPU. On x64 without VNNI instructions it
 * adds two products of bytes in 16 bits: up to 2 × 255 × 127, of which 32,767 are left. `exactInt8` of a session avoids
 * it. The product of the largest bytes is tried, once in a process, instead of asking the system for the CPU's features:
 * an emulator or another operating system need not name them.
 */
export function int8Saturates(): Promise<boolean> {
  known ??= tryProduct();
  return known;
}

async function tryProduct(): Promise<boolean> {
  const session = await Session.open(await serializeModel(largestProduct()), { threads: 1 });
  const { product } = await session.run({ bytes: largestBytes });
  await session.release();
  return [...product!.data].some((value) => value !== largestSum);
}

/** uint8 [1, SIZE], the input of `largestProduct` whose sums are the largest. */
export const largestBytes = { type: 'uint8', data: new Uint8Array(SIZE).fill(255), dims: [1, SIZE] } as const;

/** bytes uint8 [M, SIZE] − 128, times int8 [SIZE, SIZE], all of them `weight` → product float32 [M, SIZE] */
export function largestProduct(weight = 127): Graph {
  const graph = new Graph('largest-product');
  const bytes = graph.input('bytes', 'uint8', ['M', SIZE]);
  const weights = graph.weight('weights', 'int8', [SIZE, SIZE], async () => new Int8Array(SIZE * SIZE).fill(weight));
  const scales = graph.weight('scales', 'float32', [SIZE], async () => new Float32Array(SIZE).fill(1));
  graph.output('product', matMulInteger(bytes, weights, scales, ZERO_POINT));
  return graph;
}
