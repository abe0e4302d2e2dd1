import { spawnSync } from 'node:child_process';
import { aptCommand, aptInstall, canAptInstall } from './apt-install.mjs';

const hasValkey = () => spawnSync('valkey-server', ['--version']).status === 0;

/**
 * Installs Valkey beside Redis for the tests that run on both, where that can be done: as root on a Debian or Ubuntu
 * that has it (Debian 13, Ubuntu 24.10), and unless `mayInstall` is false. Elsewhere, and when it fails, those tests are
 * skipped and say so.
 */
export function ensureValkey({ mayInstall, say }) {
  if (hasValkey()) return;
  const isKnown = () => spawnSync('apt-cache', ['show', 'valkey-server']).status === 0;
  if (!mayInstall || !canAptInstall() || !isKnown()) {
    return say('There is no valkey-server: tests that run on Valkey as well are skipped.');
  }
  say(`No valkey-server here; installing it for the tests that run on Valkey as well: ${aptCommand('valkey-server')}`);
  aptInstall('valkey-server');
  if (!hasValkey()) say('That failed: tests that run on Valkey as well are skipped.');
}
