import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newTokens } from './bench-options.js';
import type { BatchSample } from './gpu-process.js';

/** By the way in which PyTorch runs. */
export type PyTorchReport = Record<string, BatchSample[]>;

interface PyTorchOrder {
  checkpoint: string;
  images: string;
  batches: readonly number[];
  runs: number;
  device: string;
}

/** Of one size of BLIP, compiling included. */
const timeoutMs = 150_000;
const program = fileURLToPath(new URL('../pytorch_gpu.py', import.meta.url));

/**
 * BLIP in PyTorch, eagerly and compiled, with the packages in the folder, if there are any, else with Python's own.
 * @throws Error where Python or a package is missing, or there is not enough time
 */
export async function askPyTorch(folder: string, order: PyTorchOrder, endMs: number): Promise<PyTorchReport> {
  const packages = join(folder, 'python');
  // Its own libraries of CUDA, not those that are for onnxruntime.
  const { LD_LIBRARY_PATH: _, ...env } = process.env;
  const asked = promisify(execFile)('python3', [program, JSON.stringify({ ...order, newTokens })], {
    env: { ...env, HF_HUB_OFFLINE: '1', ...(existsSync(packages) && { PYTHONPATH: packages }) },
    timeout: Math.ceil(Math.max(1000, Math.min(endMs - performance.now(), timeoutMs))),
    maxBuffer: 2 ** 24,
  });
  // One that was ended while it compiled has said how it runs eagerly.
  const { stdout } = await asked.catch((error: Error & { stdout?: string }) => {
    if (error.stdout?.startsWith('{')) return { stdout: error.stdout };
    throw new Error(error.message.trim().split('\n').at(-1));
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as PyTorchReport;
}
