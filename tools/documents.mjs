// The repository's Markdown: which files there are, and each as a syntax tree.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import GithubSlugger from 'github-slugger';
import { toString as textOf } from 'mdast-util-to-string';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const parser = unified().use(remarkParse).use(remarkGfm);

/** The paths of all Markdown files from the repository's root, except for what is installed or built. */
export function documents(folder = root) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return entry.name.endsWith('.md') ? [relative(root, path)] : [];
    const isOurs = entry.isDirectory() && !/^(node_modules|dist|coverage|\.(?!github$).*)$/.test(entry.name);
    return isOurs ? documents(path) : [];
  });
}

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
