import { spawnSync } from 'node:child_process';

/**
 * Runs a program to its end without showing what it prints.
 *
 * @returns what it printed to standard output
 * @throws Error when it cannot be started, and with what it printed when it fails
 */
export function runProgram(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...{ encoding: 'utf8', maxBuffer: 1 << 28 },
    ...options,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${`${stderr}${stdout}`.trim()}`);
  return stdout;
}
