import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface RunningProcess {
  pid: number;
  command: string;
}

/**
 * Every running process whose environment holds `mark`, children of children and re-parented orphans included: a
 * process hands its environment down to all that it starts.
 */
export function processesMarked(mark: string): RunningProcess[] {
  return existsSync('/proc/self/environ') ? fromProc(mark) : fromPs(mark);
}

function fromProc(mark: string): RunningProcess[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark)) return [];
      return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
    } catch {
      return []; // It ended meanwhile, or belongs to someone else.
    }
  });
}

function fromPs(mark: string): RunningProcess[] {
  const lines = execFileSync('ps', ['-Eaxww', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\n');
  return lines
    .filter((line) => line.includes(mark))
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim().replace(/^\d+ /, '') }));
}
