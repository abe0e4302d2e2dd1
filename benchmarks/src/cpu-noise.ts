import { readFileSync } from 'node:fs';
import { cpuTicks } from './process-cpu.js';

/** Shares of all CPU time between two moments, 0 to 1. */
export interface CpuNoise {
  /** Used by other programs of this machine. */
  others: number;
  /** Taken by the hypervisor for other machines. */
  steal: number;
}

/**
 * Starts to count who uses the CPUs. The function that it returns tells the shares since; programs that this one
 * started count as its own once they have ended.
 */
export function watchCpu(): () => CpuNoise {
  const from = ticks();
  return () => {
    const to = ticks();
    const total = to.all - from.all;
    const others = to.busy - from.busy - (to.own - from.own);
    return { others: Math.max(0, others / total), steal: (to.steal - from.steal) / total };
  };
}

/** Clock ticks since boot (proc_stat(5)), and those of this process and its children. */
function ticks() {
  const [user, nice, system, idle, iowait, irq, softirq, steal] = numbers(
    /^cpu\s+(.*)/.exec(readFileSync('/proc/stat', 'utf8'))?.[1],
  );
  const busy = user! + nice! + system! + irq! + softirq!;
  return { busy, steal: steal!, all: busy + idle! + iowait! + steal!, own: cpuTicks('self') };
}

function numbers(text = ''): number[] {
  return text.trim().split(/\s+/).map(Number);
}
