import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Below the ports that systems hand out by themselves, so that no connection takes it before it is used. */
const [FIRST, COUNT] = [10_000, 20_000];

/** A file for each port that a process of ours was given, with its pid: tests run side by side. */
const claims = join(tmpdir(), `blipq-test-ports-${userInfo().uid}`);
const claimed: string[] = [];
process.once('exit', () => {
  for (const path of claimed) rmSync(path, { force: true });
});

/** A port of this machine that nothing listens on, and that no other process is given as long as this one lives. */
export async function freePort(): Promise<number> {
  const port = FIRST + Math.floor(Math.random() * COUNT);
  return claim(port) && (await isFree(port)) ? port : await freePort();
}

function claim(port: number): boolean {
  const path = join(claims, String(port));
  mkdirSync(claims, { recursive: true });
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!isAlive(path)) rmSync(path, { force: true });
    return false;
  }
  claimed.push(path);
  return true;
}

/** Whether the process that claimed a port lives, or has yet to write who it is. */
function isAlive(path: string): boolean {
  try {
    process.kill(Number(readFileSync(path, 'utf8')), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const listening = once(probe, 'listening');
  probe.listen(port, '127.0.0.1');
  return await listening.then(
    async () => {
      probe.close();
      await once(probe, 'close');
      return true;
    },
    () => false,
  );
}
