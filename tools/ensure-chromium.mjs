import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const chromium = '/usr/bin/chromium';
const command = 'apt-get update && apt-get install -y --no-install-recommends chromium';

/**
 * Installs Debian's Chromium for the tests that use a browser, where that can be done: on Debian and Ubuntu, as root,
 * and unless `mayInstall` is false. Elsewhere, and when it fails, those tests are skipped and say so.
 */
export function ensureChromium({ mayInstall, say }) {
  if (existsSync(chromium)) return;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const canInstall = existsSync('/etc/debian_version') && process.getuid?.() === 0 && folders.some(hasApt);
  if (!mayInstall || !canInstall) return say(`There is no ${chromium}: tests in a browser are skipped.`);
  say(`No ${chromium} here; installing it for the tests in a browser: ${command}`);
  spawnSync('/bin/sh', ['-c', command], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (!existsSync(chromium)) say('That failed: tests in a browser are skipped.');
}

function hasApt(folder) {
  try {
    accessSync(join(folder, 'apt-get'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
