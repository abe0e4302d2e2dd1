import { processTree, readUnlessGone } from './process-tree.js';

/** Resident memory of a process, in bytes (proc_pid_status(5)); none when it is gone. */
export interface ProcessMemory {
  /** Its own: no other process can use it. */
  anonymous: number;
  /** Mapped files: shared, and given back under pressure. */
  file: number;
}

export function processMemory(pid: number | 'self' = 'self'): ProcessMemory {
  const status = readUnlessGone(`/proc/${pid}/status`);
  const bytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { anonymous: bytes('RssAnon'), file: bytes('RssFile') };
}

/** The memory of a process and all below it. Pages of one file count once for each that maps them. */
export function treeMemory(pid: number): ProcessMemory {
  const parts = processTree(pid).map((each) => processMemory(each));
  return {
    anonymous: parts.reduce((sum, { anonymous }) => sum + anonymous, 0),
    file: parts.reduce((sum, { file }) => sum + file, 0),
  };
}
