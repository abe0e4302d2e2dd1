import { readFileSync } from 'node:fs';
import { fromHtml } from 'hast-util-from-html';
import { visit } from 'unist-util-visit';
import { expect, test } from 'vitest';
import { addressOf, documentPaths } from '../../apps/site/src/document-paths.mjs';

const dist = new URL('../../apps/site/dist/', import.meta.url);
const files: Record<string, string> = JSON.parse(readFileSync(new URL('files.json', dist), 'utf8'));
const pages = Object.keys(files).filter((name) => name.endsWith('.html'));

/** What a page links to and loads, and the anchors that it has. */
function read(name: string): { targets: string[]; anchors: string[] } {
  const targets: string[] = [];
  const anchors: string[] = [];
  visit(fromHtml(readFileSync(new URL(name, dist), 'utf8')), 'element', ({ properties }) => {
    for (const property of ['href', 'src', 'dataIndex'] as const) {
      if (properties[property]) targets.push(String(properties[property]));
    }
    if (properties.id) anchors.push(String(properties.id));
  });
  return { targets, anchors };
}

const contents = new Map(pages.map((name) => [name, read(name)]));

test('every document of the repository is a page', () => {
  expect(documentPaths().filter((path) => !pages.includes(`${addressOf(path)}.html`))).toEqual([]);
  // One that Eleventy takes and nobody meant.
  expect(pages.length).toBe(documentPaths().length);
});

test('every link of every page leads to a page and its anchor, a file of the site or a page of the gateway', () => {
  const base = new URL('http://gateway.invalid/prefix/docs/');
  const dead = [...contents].flatMap(([name, { targets }]) =>
    targets
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const { pathname, hash } = new URL(target, new URL(name.replace(/(index)?\.html$/, ''), base));
        if (['/prefix/', '/prefix/playground'].includes(pathname)) return false;
        if (!pathname.startsWith(base.pathname)) return true;
        const path = pathname.slice(base.pathname.length);
        const page = contents.get(`${path}${/(^|\/)$/.test(path) ? 'index' : ''}.html`);
        return page ? hash !== '' && !page.anchors.includes(decodeURI(hash.slice(1))) : !Object.hasOwn(files, path);
      })
      .map((target) => `${name}: ${target}`),
  );
  expect(dead).toEqual([]);
});

test('no page loads anything from another host', () => {
  const html = pages.map((name) => readFileSync(new URL(name, dist), 'utf8')).join('\n');
  expect(html.match(/<(?:script|img|link|iframe)[^>]*(?:src|href)="[a-z]+:/g)).toBeNull();
});

test('the menu of every page marks it, where it is listed, and lists all pages of docs/ but errors and decisions', () => {
  const home = contents.get('index.html')!.targets;
  const listed = documentPaths()
    .filter((path) => /^docs\/(?!(.*\/)?(errors|decisions)\/)(?!README)/.test(path))
    .map((path) => addressOf(path));
  expect(listed.filter((address) => !home.includes(address))).toEqual([]);
});
