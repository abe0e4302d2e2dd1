import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PidFile } from './pid-file.js';
import { processStart } from './process-start.js';
import { StateFolder } from './state-folder.js';

const dir = mkdtempSync(join(tmpdir(), 'blipq-state-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('a folder belongs to one instance at a time', () => {
  const path = join(dir, 'one');
  const first = new StateFolder(path);
  first.start();
  expect(() => new StateFolder(path).start()).toThrow(`another BlipQ (process ${process.pid}) already uses ${path}`);
  first.stop();
  const next = new StateFolder(path);
  next.start();
  next.stop();
  expect(existsSync(join(path, 'standalone.pid'))).toBe(false);
});

test('the lock of a killed instance is taken over', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const path = join(dir, 'killed');
  const folder = new StateFolder(path);
  folder.start();
  folder.stop();
  new PidFile(join(path, 'standalone.pid')).write(child.pid!, { exclusive: true });
  expect(() => folder.start()).toThrow(`process ${child.pid}`);
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  folder.start();
  folder.stop();
});

test('a process id that was used again does not hold the lock', () => {
  const file = join(dir, 'reused.pid');
  writeFileSync(file, `${process.pid} not-when-this-process-started`);
  expect(new PidFile(file).owner()).toBeUndefined();
});

test('a folder that cannot be made is one sentence', () => {
  writeFileSync(join(dir, 'file'), '');
  expect(() => new StateFolder(join(dir, 'file', 'below')).start()).toThrow('set BLIPQ_DIR to another folder');
});

test('a process that does not exist has no start', () => {
  expect(processStart(process.pid)).toBeTruthy();
  expect(processStart(2 ** 22 + 1)).toBeUndefined();
});
