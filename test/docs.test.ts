import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { documents, headingsOf, readDocument, targetsOf } from '../tools/documents.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const packages = [...foldersOf('packages'), ...foldersOf('apps')];

function foldersOf(kind: string): string[] {
  const entries = readdirSync(join(root, kind), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(kind, entry.name));
}

const pages = new Map(
  documents().map((path) => {
    const { tree } = readDocument(path);
    return [path, { targets: targetsOf(tree), anchors: headingsOf(tree).map(({ anchor }) => anchor) }] as const;
  }),
);

test('every relative link of every document leads to a file or folder, and its anchor to a heading', () => {
  const dead = [...pages].flatMap(([path, { targets }]) =>
    targets
      .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(path, target))
      .map((target) => `${path}: ${target}`),
  );
  expect(dead).toEqual([]);
});

function leadsSomewhere(path: string, link: string): boolean {
  const [file = '', anchor] = decodeURI(link).split('#');
  const target = file === '' ? path : join(path, '..', file);
  if (anchor === undefined) return existsSync(join(root, target));
  return pages.get(target)?.anchors.includes(anchor) ?? false;
}

test('every page of docs/ that a source, a manifest or a chart names exists', () => {
  const { stdout } = spawnSync('git', ['grep', '-Iohwr', '-e', 'docs/[a-z][a-z0-9_/-]*\\.md', '--', '.', ':!*.md'], {
    cwd: root,
    encoding: 'utf8',
  });
  const named = [...new Set(stdout.trim().split('\n'))];
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('documents are in plain English: the rules of the prose linter hold', () => {
  const { status, stderr } = spawnSync(process.execPath, ['tools/lint-prose.mjs'], { cwd: root, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('every test that the job protocol names exists', () => {
  const text = readFileSync(join(root, 'docs/explanation/job-protocol.md'), 'utf8');
  const folder = join(root, 'packages/queue/src');
  const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const named = [...text.matchAll(/`([\w-]+\.test\.ts)`((?:[:,] “[^”]+”)*)/g)];
  expect(named.length).toBeGreaterThan(20);
  const missing = named.flatMap(([, file, list = '']) => {
    const path = tests.find((test) => basename(test) === file);
    if (path === undefined) return [file];
    const source = readFileSync(join(folder, path), 'utf8');
    const titles = [...list.matchAll(/“([^”]+)”/g)].map(([, title]) => title!);
    return titles.filter((title) => !source.includes(`test('${title}'`)).map((title) => `${file}: ${title}`);
  });
  expect(missing).toEqual([]);
});

test('every file that the reading order names exists', () => {
  const text = readFileSync(join(root, 'docs/explanation/architecture.md'), 'utf8');
  const order = text.slice(text.indexOf('## One caption'), text.indexOf('## Packages'));
  const missing = order.split('\n').flatMap((line) => {
    const names = [...line.matchAll(/`([\w./-]+\.ts)`/g)].map(([, name]) => name!);
    const folders = [
      '',
      ...names.filter((name) => name.includes('/src/')).map((name) => name.replace(/\/src\/.*/, '/src')),
    ];
    const within = folders
      .slice(1)
      .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }));
    const exists = (name: string) =>
      existsSync(join(root, name)) || within.some((source) => `/${source}`.endsWith(`/${name}`));
    return names.filter((name) => !exists(name));
  });
  expect(missing).toEqual([]);
});

test.each(packages)('every source file that the README of %s names exists', (folder) => {
  const text = readFileSync(join(root, folder, 'README.md'), 'utf8');
  const sources = readdirSync(join(root, folder, 'src'), { recursive: true, encoding: 'utf8' });
  const names = [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, name]) => name!);
  const exists = (name: string) =>
    existsSync(join(root, name)) || sources.some((source) => `/src/${source}`.endsWith(`/${name}`));
  expect(names.filter((name) => !exists(name))).toEqual([]);
});
