import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface RunningProcess {
  pid: number;
  command: string;
}

/**
 * Every running process that belongs to one start, children of children and re-parented orphans included: those whose
 * environment holds `mark`, which each hands down to all that it starts, and those that run inside `folder`, because
 * Redis overwrites its environment with its title.
 */
export function processesOf(mark: string, folder: string): RunningProcess[] {
  return existsSync('/proc/self/environ') ? fromProc(mark, folder) : fromPs(mark);
}

function fromProc(mark: string, folder: string): RunningProcess[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const marked = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
      if (!marked && !readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`)) return [];
      return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }];
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
