import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function said(program: string, words: readonly string[], input?: string, env = process.env): string | undefined {
  const { status, stdout } = spawnSync(program, words, { encoding: 'utf8', env, ...(input && { input }) });
  return status === 0 ? stdout.trim() : undefined;
}

/** Name, driver and memory of the devices. */
export function describeGpu(): string {
  const words = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
  return said('nvidia-smi', words)?.replaceAll('\n', '; ') ?? 'unknown: nvidia-smi does not answer';
}

/** The slices into which MIG has divided the devices; this makes none. */
export function migDevices(): string[] {
  return [...(said('nvidia-smi', ['-L']) ?? '').matchAll(/UUID: (MIG-[\w-]+)/g)].map(([, id]) => id!);
}

/** Starts NVIDIA's Multi-Process Service, with folders of its own; undefined where it cannot be started. */
export function startMps(): { env: NodeJS.ProcessEnv; stop: () => void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'blipq-mps-'));
  const env = { CUDA_MPS_PIPE_DIRECTORY: folder, CUDA_MPS_LOG_DIRECTORY: folder };
  const whole = { ...process.env, ...env };
  if (said('nvidia-cuda-mps-control', ['-d'], undefined, whole) === undefined) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  const stop = () => {
    said('nvidia-cuda-mps-control', [], 'quit\n', whole);
    rmSync(folder, { recursive: true, force: true });
  };
  return { env, stop };
}
