import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { EXIT, visit } from 'unist-util-visit';
import { root } from './document-paths.mjs';

const index = 'docs/README.md';
/** The repository's own pages, which the index of the documents does not list. */
const project = {
  title: 'Project',
  links: [
    { text: 'README', path: 'README.md' },
    { text: 'Changelog', path: 'CHANGELOG.md' },
    { text: 'Contributing', path: 'CONTRIBUTING.md' },
    { text: 'Security', path: 'SECURITY.md' },
  ],
};

/**
 * The menu: the sections of docs/README.md, each with the first link of each row or item.
 *
 * @returns `[{ title, links: [{ text, path }] }]`
 */
export function readNavigation() {
  const tree = unified()
    .use(remarkParse)
    .use(remarkGfm)
    .parse(readFileSync(join(root, index), 'utf8'));
  const sections = [];
  for (const node of tree.children) {
    if (node.type === 'heading' && node.depth === 2) sections.push({ title: plain(node), links: [] });
    visit(node, ['tableRow', 'listItem'], (row) => {
      visit(row, 'link', (link) => {
        if (/^[a-z]+:/.test(link.url)) return;
        const path = posix.join(posix.dirname(index), link.url.split('#')[0]);
        sections.at(-1)?.links.push({ text: plain(link), path });
        return EXIT;
      });
    });
  }
  return [...sections, project].filter(({ links }) => links.length > 0);
}

function plain(node) {
  return node.value ?? node.children.map(plain).join('');
}
