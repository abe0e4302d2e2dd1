import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { toString as textOf } from 'hast-util-to-string';
import rehypeHighlight from 'rehype-highlight';
import rehypeRaw from 'rehype-raw';
import rehypeSlug from 'rehype-slug';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import { addressOf, linkBetween, root } from './document-paths.mjs';

const toHtml = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkRehype, { allowDangerousHtml: true })
  .use(rehypeRaw)
  .use(rehypeSlug)
  .use(rehypeHighlight, { plainText: ['text', 'http', 'cron'] });
const stringify = unified().use(rehypeStringify);

/**
 * One document as HTML, its links pointing to pages of the site. A link to what is no page is text that names the file.
 *
 * @returns `title`, `html`, `headings` (`depth`, `text`, `id`), `sections` of text by heading for the search, and the
 *   `images` that it shows, by their paths
 */
export function renderDocument(path) {
  const tree = toHtml.runSync(toHtml.parse(readFileSync(join(root, path), 'utf8')));
  const images = [];
  visit(tree, 'element', (element) => {
    if (element.tagName === 'a' && element.properties.href) redirect(element, path);
    if (element.tagName === 'img') images.push(showImage(element, path));
    if (element.tagName === 'pre') element.properties.tabIndex = 0;
  });
  const sections = sectionsOf(tree);
  const headings = sections.map(({ depth, heading: text, id }) => ({ depth, text, id }));
  return { title: headings[0]?.text ?? path, html: stringify.stringify(tree), headings, sections, images };
}

function redirect(element, path) {
  const { href } = element.properties;
  if (/^[a-z]+:/.test(href) || href.startsWith('#')) return;
  const [file, anchor] = href.split('#');
  const target = posix.join(posix.dirname(path), decodeURI(file)).replace(/\/$/, '');
  const page = [target, `${target}/README.md`].find((one) => one.endsWith('.md') && existsSync(join(root, one)));
  if (page === undefined) {
    element.tagName = 'span';
    element.properties = { className: ['file'], title: `${target} in the repository` };
  } else {
    const link = linkBetween(addressOf(path), addressOf(page));
    element.properties.href = anchor === undefined ? link : `${link}#${anchor}`;
  }
}

function showImage(element, path) {
  const image = posix.join(posix.dirname(path), decodeURI(element.properties.src));
  element.properties = { ...element.properties, src: linkBetween(addressOf(path), addressOf(image)), loading: 'lazy' };
  return image;
}

function sectionsOf(tree) {
  const sections = [];
  for (const node of tree.children) {
    const depth = Number(/^h([1-6])$/.exec(node.tagName ?? '')?.[1]);
    if (depth) sections.push({ depth, heading: textOf(node), id: node.properties.id, text: '' });
    else if (node.type === 'element' && sections.length > 0) sections.at(-1).text += ` ${wordsOf(node)}`;
  }
  return sections;
}

/** Its text, with blanks where elements end: cells of a table are words of their own. */
function wordsOf(node) {
  if (node.type === 'text') return node.value;
  const words = (node.children ?? []).map(wordsOf).join('');
  return /^(t[dhr]|li|p)$/.test(node.tagName) ? `${words} ` : words;
}
