import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What the figures are figures of. */
export interface Machine {
  date: string;
  cpu: string;
  /** CPUs that this process may use. */
  cores: number;
  /** Those of the CPU's instruction sets that matrix products use. */
  flags: string[];
  memoryGb: number;
  node: string;
  onnxruntime: string;
  /** Mean number of runnable threads in the minute before the start. */
  loadAtStart: number;
}

/** With more runnable threads than that at the start, somebody else is using the CPUs. */
export const quietLoadMax = 0.7;

const telling = /^(avx2|avx512f|avx512_bf16|avx512_vnni|avx_vnni|amx_int8|amx_bf16|asimddp|i8mm|sve)$/;

export function describeMachine(): Machine {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  const flags = /^(?:flags|Features)\s*:(.*)/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cores: availableParallelism(),
    flags: flags.split(' ').filter((flag) => telling.test(flag)),
    memoryGb: totalmem() / 2 ** 30,
    node: process.version,
    onnxruntime: version,
    loadAtStart: loadavg()[0]!,
  };
}
