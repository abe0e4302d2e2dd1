import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';

export interface StartedCommand {
  /** Waits until `condition` holds; an error of it counts as not yet. Ends with what was printed when the command ends. */
  until(condition: () => Promise<boolean>): Promise<void>;
  stop(): Promise<void>;
}

export function startCommand(
  command: string,
  args: string[],
  options: { cwd: string; env: Record<string, string> },
): StartedCommand {
  const child: ChildProcess = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const output of [child.stdout!, child.stderr!]) output.on('data', (chunk) => (printed += chunk));
  const ended = once(child, 'exit');
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    async until(condition) {
      await expect
        .poll(async () => !isRunning() || (await condition().catch(() => false)), { timeout: 300_000 })
        .toBe(true);
      if (!isRunning()) throw new Error(`${command} has ended: ${printed}`);
    },
    async stop() {
      if (isRunning()) child.kill('SIGTERM');
      await ended;
    },
  };
}
