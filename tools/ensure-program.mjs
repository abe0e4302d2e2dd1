import { spawnSync } from 'node:child_process';
import { aptCommand, aptInstall, canAptInstall } from './apt-install.mjs';

/** Whether a program is on the PATH, or where its path says. */
export function hasProgram(program) {
  return spawnSync('/bin/sh', ['-c', 'command -v "$0"', program]).status === 0;
}

/**
 * Installs a program that tests need, from the Debian package `debian`, where that can be done: on Debian and Ubuntu, as
 * root, and unless `mayInstall` is false. Elsewhere, and when it fails, `tests` are skipped and say so.
 */
export function ensureProgram({ program, debian = program, tests }, { mayInstall, say }) {
  if (hasProgram(program)) return;
  if (!mayInstall || !canAptInstall()) return say(`There is no ${program}: ${tests} are skipped.`);
  say(`No ${program} here; installing it for ${tests}: ${aptCommand(debian)}`);
  aptInstall(debian);
  if (!hasProgram(program)) say(`That failed: ${tests} are skipped.`);
}
