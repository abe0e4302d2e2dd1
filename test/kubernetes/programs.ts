import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Kills programs, one after another, and waits for the end of each. */
export async function killed(programs: readonly ChildProcess[]): Promise<void> {
  for (const program of programs) {
    if (program.exitCode !== null || program.signalCode !== null) continue;
    const gone = once(program, 'exit');
    program.kill('SIGKILL');
    await gone;
  }
}
