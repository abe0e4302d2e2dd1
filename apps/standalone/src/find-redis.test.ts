import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
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
