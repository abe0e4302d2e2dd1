import { spawnSync } from 'node:child_process';
import { aptCommand, aptInstall, canAptInstall } from './apt-install.mjs';

/** Whether Prometheus's own checker of rules is on the PATH. */
export function hasPromtool() {
  return spawnSync('promtool', ['--version']).status === 0;
}

/**
 * Installs Debian's Prometheus, which brings promtool, for the tests of the alert rules, where that can be done: on
 * Debian and Ubuntu, as root, and unless `mayInstall` is false. Elsewhere, and when it fails, those tests are skipped
 * and say so. The server itself is not started.
 */
export function ensurePromtool({ mayInstall, say }) {
  if (hasPromtool()) return;
  if (!mayInstall || !canAptInstall()) {
    return say('There is no promtool: tests that evaluate the alert rules are skipped.');
  }
  say(`No promtool here; installing it for the tests of the alert rules: ${aptCommand('prometheus')}`);
  aptInstall('prometheus');
  if (!hasPromtool()) say('That failed: tests that evaluate the alert rules are skipped.');
}
