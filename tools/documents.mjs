// The repository's Markdown: which files there are, and each as a syntax tree (mdast).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import GithubSlugger from 'github-slugger';
import { toString as textOf } from 'mdast-util-to-string';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import { documentPaths, root } from '../apps/site/src/document-paths.mjs';

export { documentPaths as documents };

const parser = unified().use(remarkParse).use(remarkGfm);

/** A document's text, and its tree (mdast, with GitHub's extensions). */
export function readDocument(path) {
  const text = readFileSync(join(root, path), 'utf8');
  return { text, tree: parser.parse(text) };
}

/** A document's headings, each with its anchor, as GitHub names it. */
export function headingsOf(tree) {
  const slugger = new GithubSlugger();
  const headings = [];
  visit(tree, 'heading', (heading) => {
    const text = textOf(heading);
    headings.push({ depth: heading.depth, text, anchor: slugger.slug(text) });
  });
  return headings;
}

/** The targets of a document's links and images, as they are written. */
export function targetsOf(tree) {
  const targets = [];
  visit(tree, ['link', 'image', 'definition'], (node) => void targets.push(node.url));
  visit(tree, 'html', ({ value }) => {
    for (const [, target] of value.matchAll(/\s(?:href|src|srcset)="([^"]+)"/g)) targets.push(target);
  });
  return targets;
}
