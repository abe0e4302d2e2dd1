import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/**
 * A process's start time as an opaque text, or undefined when no such process runs. Together with its id it names a
 * process for good: ids are used again, also by another program after a reboot.
 */
export function processStart(pid: number): string | undefined {
  try {
    return existsSync('/proc/self/stat') ? startFromProc(pid) : startFromPs(pid);
  } catch {
    return undefined;
  }
}

/** Field 22 of proc(5) stat: clock ticks since boot. The second field is a name in brackets that may hold anything. */
function startFromProc(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? undefined : fields[18];
}

function startFromPs(pid: number): string | undefined {
  return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
}
