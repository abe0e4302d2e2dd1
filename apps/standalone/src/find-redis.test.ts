import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findRedis } from './find-redis.js';

const dir = mkdtempSync(join(tmpdir(), 'blipq-find-redis-'));
afterAll(() => rmSync(dir, { recursive: true }));

function folderWith(name: string, program: string, mode = 0o755): string {
  const folder = join(dir, name);
  mkdirSync(folder);
  writeFileSync(join(folder, program), '');
  chmodSync(join(folder, program), mode);
  return folder;
}

const find = (...folders: string[]) => findRedis({ path: folders.join(':'), mayInstall: false, say: () => {} });

test('redis-server is preferred, valkey-server does as well', async () => {
  const valkey = folderWith('valkey', 'valkey-server');
  const redis = folderWith('redis', 'redis-server');
  expect(await find(valkey, redis)).toBe(join(redis, 'redis-server'));
  expect(await find(valkey)).toBe(join(valkey, 'valkey-server'));
});

test('a file that cannot be run is no server', async () => {
  await expect(find(folderWith('plain', 'redis-server', 0o644))).rejects.toThrow('no redis-server or valkey-server');
});

test('without a server and without permission to install, the message says what to do', async () => {
  await expect(find(dir)).rejects.toThrow(
    /^no redis-server or valkey-server on the PATH; install one \(.+\) or set REDIS_URL/,
  );
});

const isDebianRoot = existsSync('/etc/debian_version') && process.getuid?.() === 0;
describe.runIf(isDebianRoot)('on Debian and Ubuntu as root', () => {
  /** An apt-get that notes how it was called and installs a server into its own folder. */
  function folderWithApt(name: string, script: string): string {
    const folder = folderWith(name, 'apt-get');
    writeFileSync(join(folder, 'apt-get'), `#!/bin/sh\necho "$@" >> ${folder}/calls\n${script}\n`);
    return folder;
  }
  const installing = (folder: string, said: string[] = []) =>
    findRedis({ path: folder, mayInstall: true, say: (text) => said.push(text) });

  test('a missing server is installed after saying so', async () => {
    const folder = folderWithApt(
      'apt',
      `[ "$1" = update ] || { cd ${dir}/apt; : > redis-server; /bin/chmod +x redis-server; }`,
    );
    const said: string[] = [];
    expect(await installing(folder, said)).toBe(join(folder, 'redis-server'));
    expect(said).toEqual([expect.stringContaining('apt-get install -y --no-install-recommends redis-server')]);
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe(
      'update\ninstall -y --no-install-recommends redis-server\n',
    );
  });

  test('an installation that fails says what to do by hand', async () => {
    await expect(installing(folderWithApt('broken-apt', 'exit 100'))).rejects.toThrow(
      'installing redis-server failed; run',
    );
  });

  test('permission refused means that nothing is run', async () => {
    const folder = folderWithApt('refused', 'exit 0');
    await expect(find(folder, '/nowhere')).rejects.toThrow('no redis-server or valkey-server');
    expect(existsSync(join(folder, 'calls'))).toBe(false);
  });
});
