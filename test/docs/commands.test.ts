import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commandBlocks } from './command-blocks.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('every block of commands in every document is run by a test, or says why it cannot be', () => {
  const unmarked = commandBlocks.filter(
    ({ mark }) => !/^(run|run by test\/\S+\.ts|run by apps\/\S+\.ts|not run: .{15,})$/s.test(mark),
  );
  expect(unmarked.map(({ path, line }) => `${path}:${line}`)).toEqual([]);
});

test('every test that a document names for its commands exists and reads that document', () => {
  const named = commandBlocks.flatMap(({ path, line, mark }) => {
    const file = /^run by (\S+)$/.exec(mark)?.[1];
    return file === undefined ? [] : [{ path, line, file }];
  });
  expect(named.length).toBeGreaterThan(0);
  const wrong = named.filter(
    ({ path, file }) =>
      !existsSync(join(root, file)) || !readFileSync(join(root, file), 'utf8').includes(basename(path, '.md')),
  );
  expect(wrong).toEqual([]);
});
