import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { add, Graph, serializeModel } from '@blipq/onnx-graph';
import { ModelError } from './model-error.js';
import type { Device } from './precision.js';
import { Session } from './session.js';

export type DeviceChoice = Device | 'auto';

/**
 * The device to run on. Presence is not asked of the system but tried: a CUDA session over a one-node model.
 *
 * @param onFallback told why where `auto` does not take the GPU
 * @throws ModelError `device_unavailable` where `cuda` was asked for and cannot be had
 */
export async function chooseDevice(choice: DeviceChoice, onFallback?: (reason: string) => void): Promise<Device> {
  if (choice === 'cpu') return 'cpu';
  const problem = await cudaProblem();
  if (problem === null) return 'cuda';
  if (choice === 'auto') {
    onFallback?.(problem);
    return 'cpu';
  }
  throw new ModelError(
    'device_unavailable',
    `CUDA was asked for and cannot be used (${problem}). Use an image with onnxruntime's CUDA provider on a node with an NVIDIA GPU, or set BLIPQ_DEVICE to cpu`,
  );
}

/** Why CUDA cannot be used, in one line, or null. */
async function cudaProblem(): Promise<string | null> {
  if (!existsSync(cudaProvider())) return `${basename(cudaProvider())} is not installed`;
  const graph = new Graph('probe');
  const x = graph.input('x', 'float32', [1]);
  graph.output('y', add(x, 1));
  try {
    const session = await Session.open(await serializeModel(graph), { threads: 1, device: 'cuda' });
    await session.run({ x: { type: 'float32', data: new Float32Array(1), dims: [1] } });
    await session.release();
    return null;
  } catch (error) {
    return (error as Error).message.split('\n', 1)[0]!;
  }
}

/** onnxruntime's CUDA part, which lies beside its binding where it is installed. */
function cudaProvider(): string {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  return join(root, 'bin/napi-v6', process.platform, process.arch, 'libonnxruntime_providers_cuda.so');
}
