import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const command = 'apt-get update && apt-get install -y --no-install-recommends prometheus';

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
  const canInstall = existsSync('/usr/bin/apt-get') && existsSync('/etc/debian_version') && process.getuid?.() === 0;
  if (!mayInstall || !canInstall) return say('There is no promtool: tests that evaluate the alert rules are skipped.');
  say(`No promtool here; installing it for the tests of the alert rules: ${command}`);
  // Services are not to be started on a machine that only runs tests.
  const script = `printf '#!/bin/sh\\nexit 101\\n' > "$0" && chmod 755 "$0" && ${command}; rm -f "$0"`;
  const policy = '/usr/sbin/policy-rc.d';
  const args = existsSync(policy) ? ['-c', command] : ['-c', script, policy];
  spawnSync('/bin/sh', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (!hasPromtool()) say('That failed: tests that evaluate the alert rules are skipped.');
}
