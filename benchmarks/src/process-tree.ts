import { readFileSync } from 'node:fs';

/** The ids of a process and of all below it, parents first (proc_pid_task(5)). */
export function processTree(pid: number): number[] {
  const children = readUnlessGone(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(processTree)];
}

/** A file of `/proc`; empty when its process is gone. */
export function readUnlessGone(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
