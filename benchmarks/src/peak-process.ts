/** The matrix products that this machine can do in a second: what all else is compared with. */
import { disableTelemetry, Graph, matMul, matMulInteger, serializeModel, type Value } from '@blipq/onnx-graph';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { answer } from './ask-process.js';

/** Floating-point or integer operations per second, the best of all products. */
export interface Peak {
  fp32: number;
  int8: number;
}

/** [rows, inner] · [inner, columns] */
interface Product {
  rows: number;
  inner: number;
  columns: number;
}

/** A large one as in an encoder, and one that is done before the scheduler lets another program in. */
const products: readonly Product[] = [
  { rows: 768, inner: 4096, columns: 1024 },
  { rows: 384, inner: 1024, columns: 1024 },
];

interface PeakOrder {
  threads: number;
  /** For each product in each precision. */
  seconds: number;
}

answer(async (order: PeakOrder): Promise<Peak> => {
  const peak = { fp32: 0, int8: 0 };
  for (const product of products) {
    peak.fp32 = Math.max(peak.fp32, await measure(order, product, floats(product)));
    peak.int8 = Math.max(peak.int8, await measure(order, product, bytes(product)));
  }
  return peak;
});

function floats({ rows, inner, columns }: Product) {
  const graph = new Graph('peak');
  const weight = graph.weight('weight', 'float32', [inner, columns], async () =>
    new Float32Array(inner * columns).fill(0.5),
  );
  const y = matMul(graph.input('x', 'float32', [rows, inner]), weight);
  return { y, x: new Tensor('float32', new Float32Array(rows * inner).fill(0.25), [rows, inner]) };
}

function bytes({ rows, inner, columns }: Product) {
  const graph = new Graph('peak');
  const weight = graph.weight('weight', 'int8', [inner, columns], async () => new Int8Array(inner * columns).fill(3));
  const scales = graph.weight('scales', 'float32', [columns], async () => new Float32Array(columns).fill(0.01));
  const y = matMulInteger(graph.input('x', 'uint8', [rows, inner]), weight, scales, 128);
  return { y, x: new Tensor('uint8', new Uint8Array(rows * inner).fill(77), [rows, inner]) };
}

/** Operations per second of the fastest run: the others were disturbed. */
async function measure(
  { threads, seconds }: PeakOrder,
  { rows, inner, columns }: Product,
  { x, y }: { x: Tensor; y: Value },
): Promise<number> {
  y.graph.output('y', y);
  const options = { intraOpNumThreads: threads, logSeverityLevel: 3 } as const;
  disableTelemetry();
  const session = await InferenceSession.create(await serializeModel(y.graph), options);
  const end = performance.now() + seconds * 1000;
  let fastestMs = Number.POSITIVE_INFINITY;
  while (performance.now() < end) {
    const from = performance.now();
    await session.run({ x });
    fastestMs = Math.min(fastestMs, performance.now() - from);
  }
  await session.release();
  return (2 * rows * inner * columns) / (fastestMs / 1000);
}
