import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const folders = ['', 'benchmarks', 'models/demo', 'models/demo-vqa', 'models/demo-itm', 'test/reference'];
const packages = [...foldersOf('packages'), ...foldersOf('apps'), ...foldersOf('examples')];
const documents = [...documentsOf('docs', true), ...[...folders, ...packages].flatMap((folder) => documentsOf(folder))];

function documentsOf(folder: string, recursive = false): string[] {
  const names = readdirSync(join(root, folder), { recursive, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
}

function foldersOf(kind: string): string[] {
  const entries = readdirSync(join(root, kind), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(kind, entry.name));
}

test.each(documents)('every relative link in %s leads somewhere', (document) => {
  const text = readFileSync(join(root, document), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, link]) => link!).filter((link) => !/^[a-z]+:/.test(link));
  expect(links.filter((link) => !existsSync(join(root, document, '..', link)))).toEqual([]);
});

/** GitHub's name for a heading: in lower case, without punctuation, with hyphens for blanks. */
function anchorsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8').replaceAll(/^```.*?^```/gms, '');
  return [...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

test.each(documents)('every anchor that %s links to is there', (document) => {
  const text = readFileSync(join(root, document), 'utf8');
  const links = [...text.matchAll(/\]\(([\w./-]*\.md|)#([^)\s]+)\)/g)].map(
    ([, path, anchor]) => [path!, anchor!] as const,
  );
  const dead = links.filter(([path, anchor]) => {
    const target = join(root, path === '' ? document : join(document, '..', path));
    return existsSync(target) && !anchorsOf(target).includes(anchor);
  });
  expect(dead).toEqual([]);
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

test.each([...foldersOf('packages'), ...foldersOf('apps')])(
  'every source file that the README of %s names exists',
  (folder) => {
    const text = readFileSync(join(root, folder, 'README.md'), 'utf8');
    const sources = readdirSync(join(root, folder, 'src'), { recursive: true, encoding: 'utf8' });
    const names = [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, name]) => name!);
    const exists = (name: string) =>
      existsSync(join(root, name)) || sources.some((source) => `/src/${source}`.endsWith(`/${name}`));
    expect(names.filter((name) => !exists(name))).toEqual([]);
  },
);
