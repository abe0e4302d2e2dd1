import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Whether packages can be installed here: on Debian and Ubuntu, as root. */
export function canAptInstall() {
  return existsSync('/usr/bin/apt-get') && existsSync('/etc/debian_version') && process.getuid?.() === 0;
}

/** The command that installs a package, to be shown. `options`: of apt-get, the same for both of its steps. */
export function aptCommand(name, options = []) {
  const aptGet = ['apt-get', ...options].join(' ');
  return `${aptGet} update && ${aptGet} install -y --no-install-recommends ${name}`;
}

/** Installs a package, without starting its services: not on a machine that only runs tests. */
export function aptInstall(name, options) {
  const command = aptCommand(name, options);
  const script = `printf '#!/bin/sh\\nexit 101\\n' > "$0" && chmod 755 "$0" && ${command}; rm -f "$0"`;
  const policy = '/usr/sbin/policy-rc.d';
  const args = existsSync(policy) ? ['-c', command] : ['-c', script, policy];
  spawnSync('/bin/sh', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
