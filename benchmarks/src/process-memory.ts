import { readFileSync } from 'node:fs';

/** Resident memory of a process, in bytes (proc_pid_status(5)). */
export interface ProcessMemory {
  /** Its own: no other process can use it. */
  anonymous: number;
  /** Mapped files: shared, and given back under pressure. */
  file: number;
}

export function processMemory(pid: number | 'self' = 'self'): ProcessMemory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { anonymous: bytes('RssAnon'), file: bytes('RssFile') };
}

/** The memory of a process and all below it. Pages of one file count once for each that maps them. */
export function treeMemory(pid: number): ProcessMemory {
  const parts = tree(pid).map(memoryUnlessGone);
  return {
    anonymous: parts.reduce((sum, { anonymous }) => sum + anonymous, 0),
    file: parts.reduce((sum, { file }) => sum + file, 0),
  };
}

function tree(pid: number): number[] {
  const children = readUnlessGone(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(tree)];
}

function memoryUnlessGone(pid: number): ProcessMemory {
  try {
    return processMemory(pid);
  } catch {
    return { anonymous: 0, file: 0 };
  }
}

function readUnlessGone(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
