import { existsSync, readFileSync } from 'node:fs';

let known: string | undefined;

/** What Linux says of the CPUs, /proc/cpuinfo, read once in a process; empty on other systems. */
export function cpuInfo(): string {
  known ??= existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  return known;
}
