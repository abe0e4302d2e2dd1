import { processTree, readUnlessGone } from './process-tree.js';

/** Of the clock in which the kernel counts, per second. */
const ticksPerS = 100;

/**
 * CPU time so far of a process, in clock ticks of 10 ms, and of its children that have ended: fields 14 to 17 of
 * proc_pid_stat(5), counted from after the program's name, which may hold spaces. 0 when it is gone.
 */
export function cpuTicks(pid: number | 'self'): number {
  const fields = readUnlessGone(`/proc/${pid}/stat`)
    .replace(/^.*\) \S /s, '')
    .split(' ');
  return fields.slice(10, 14).reduce((sum, field) => sum + Number(field), 0);
}

/** CPU time so far of a process and of all below it, in seconds, those that have ended included. */
export function treeCpuS(pid: number): number {
  // Children first: should one end meanwhile, its time is its parent's.
  const ticks = processTree(pid).reverse().map(cpuTicks);
  return ticks.reduce((sum, each) => sum + each, 0) / ticksPerS;
}
