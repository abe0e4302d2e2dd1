import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptInstall, canAptInstall } from './apt-install.mjs';
import { hasProgram } from './ensure-program.mjs';

/**
 * Installs Valkey beside Redis for the tests that run on both, where that can be done: as root on a Debian or Ubuntu
 * that has it (Debian 13, Ubuntu 24.10), or on Debian 12, whose backports have it; and unless `mayInstall` is false.
 * Elsewhere, and when it fails, those tests are skipped and say so.
 */
export function ensureValkey({ mayInstall, say }) {
  if (hasProgram('valkey-server')) return;
  const isKnown = () => spawnSync('apt-cache', ['show', 'valkey-server']).status === 0;
  const isBookworm = () => /^VERSION_CODENAME=bookworm$/m.test(readFileSync('/etc/os-release', 'utf8'));
  if (!mayInstall || !canAptInstall() || !(isKnown() || isBookworm())) {
    return say('There is no valkey-server: tests that run on Valkey as well are skipped.');
  }
  say('No valkey-server here; installing it with apt-get for the tests that run on Valkey as well.');
  if (isKnown()) aptInstall('valkey-server');
  else installFromBackports('valkey-server');
  if (!hasProgram('valkey-server')) say('That failed: tests that run on Valkey as well are skipped.');
}

/** From Debian 12's backports, which the machine's own sources do not come to know of. */
function installFromBackports(name) {
  const folder = mkdtempSync(join(tmpdir(), 'blipq-backports-'));
  try {
    const sources = join(folder, 'sources.list');
    const lists = join(folder, 'lists');
    const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
    writeFileSync(sources, `deb [signed-by=${key}] http://deb.debian.org/debian bookworm-backports main\n`);
    mkdirSync(join(lists, 'partial'), { recursive: true });
    const where = { SourceList: sources, SourceParts: '/dev/null' };
    const options = Object.entries(where).map(([setting, path]) => `-o Dir::Etc::${setting}=${path}`);
    aptInstall(name, [...options, `-o Dir::State::Lists=${lists}`]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
