/** The matrix products that this machine can do in a second: what all else is compared with. */
import { Graph, matMul, matMulInteger, serializeModel, type Value } from '@blipq/onnx-graph';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { answer } from './ask-process.js';

/** Floating-point or integer operations per second, the best of some products. */
export interface Peak {
  fp32: number;
  int8: number;
}

/** About what one layer of a large encoder multiplies: [768, 4096] · [4096, 1024]. */
const [rows, inner, columns] = [768, 4096, 1024];

answer(async ({ threads, seconds }: { threads: number; seconds: number }): Promise<Peak> => {
  const fp32 = await best(threads, seconds, floatInput(), (graph) =>
    matMul(
      graph.input('x', 'float32', [rows, inner]),
      weight(graph, 'float32', new Float32Array(inner * columns).fill(0.5)),
    ),
  );
  const int8 = await best(threads, seconds, byteInput(), (graph) =>
    matMulInteger(
      graph.input('x', 'uint8', [rows, inner]),
      weight(graph, 'int8', new Int8Array(inner * columns).fill(3)),
      graph.weight('scales', 'float32', [columns], async () => new Float32Array(columns).fill(0.01)),
      128,
    ),
  );
  return { fp32, int8 };
});

function weight<D extends 'float32' | 'int8'>(graph: Graph, dtype: D, values: ArrayBufferView): Value<D> {
  return graph.weight('weight', dtype, [inner, columns], async () => values);
}

function floatInput(): Tensor {
  return new Tensor('float32', new Float32Array(rows * inner).fill(0.25), [rows, inner]);
}

function byteInput(): Tensor {
  return new Tensor('uint8', new Uint8Array(rows * inner).fill(77), [rows, inner]);
}

/** Operations per second of the fastest of the runs that fit some seconds: the others were disturbed. */
async function best(threads: number, seconds: number, x: Tensor, product: (graph: Graph) => Value): Promise<number> {
  const graph = new Graph('peak');
  graph.output('y', product(graph));
  const session = await InferenceSession.create(await serializeModel(graph), {
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
  });
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
