import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StartupError } from '@blipq/service';

export interface FindRedisOptions {
  /** The search path, as in the PATH variable. */
  path: string;
  /** False refuses to install anything. */
  mayInstall: boolean;
  say(text: string): void;
  signal?: AbortSignal;
}

const programs = ['redis-server', 'valkey-server'];
const aptCommand = 'apt-get update && apt-get install -y --no-install-recommends redis-server';

/**
 * Finds a Redis or Valkey server to run, or on Debian and Ubuntu as root installs one after saying so.
 *
 * @returns the program's full path
 * @throws StartupError with this system's install command when there is none
 */
export async function findRedis({ path, mayInstall, say, signal }: FindRedisOptions): Promise<string> {
  const found = onPath(path);
  if (found) return found;
  if (mayInstall && canInstall(path)) {
    say(`No redis-server or valkey-server here; installing one: ${aptCommand}`);
    await install(path, signal);
    const installed = onPath(path);
    if (installed) return installed;
  }
  throw new StartupError(
    `no redis-server or valkey-server on the PATH; install one (${installCommand()}) or set REDIS_URL to a running Redis`,
  );
}

function onPath(path: string): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return programs.flatMap((program) => folders.map((folder) => join(folder, program))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function canInstall(path: string): boolean {
  const hasApt = path.split(delimiter).some((folder) => isExecutable(join(folder, 'apt-get')));
  return hasApt && existsSync('/etc/debian_version') && process.getuid?.() === 0;
}

async function install(path: string, signal: AbortSignal | undefined): Promise<void> {
  const command = `PATH="$1" DEBIAN_FRONTEND=noninteractive; export PATH DEBIAN_FRONTEND; ${aptCommand}`;
  const child = spawn('/bin/sh', ['-c', command, 'sh', path], { stdio: ['ignore', 'inherit', 'inherit'], signal });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new StartupError(`installing redis-server failed; run ${aptCommand} by hand or set REDIS_URL`);
}

/** The command that installs a server on this system, for a person to run. */
function installCommand(): string {
  if (process.platform === 'darwin') return 'brew install redis';
  if (process.platform === 'win32') return 'run BlipQ in WSL, where it is sudo apt-get install redis-server';
  const id = /^ID="?([\w-]+)/m.exec(osRelease())?.[1] ?? '';
  const likes = `${id} ${/^ID_LIKE="?([\w -]+)/m.exec(osRelease())?.[1] ?? ''}`;
  if (/debian|ubuntu/.test(likes)) return 'sudo apt-get install redis-server';
  if (/fedora|rhel/.test(likes)) return 'sudo dnf install valkey';
  if (/alpine/.test(likes)) return 'sudo apk add valkey';
  if (/arch/.test(likes)) return 'sudo pacman -S valkey';
  if (/suse/.test(likes)) return 'sudo zypper install valkey';
  return 'with your package manager';
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
