import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import MiniSearch from 'minisearch';
import { addressOf, linkBetween } from './document-paths.mjs';

const { resolve } = createRequire(import.meta.url);

/**
 * Writes what pages load: style, scripts, the index of the search, and images.
 *
 * @returns the files' addresses by name; those below `assets/` have a hash in their names
 */
export function writeAssets(documents, dist) {
  mkdirSync(join(dist, 'assets'), { recursive: true });
  const write = (name, content) => {
    const hash = createHash('sha256').update(content).digest('base64url').slice(0, 8);
    const address = `assets/${basename(name, extname(name))}-${hash}${extname(name)}`;
    writeFileSync(join(dist, address), content);
    return address;
  };
  for (const image of new Set([...documents.values()].flatMap(({ images }) => images))) {
    const target = join(dist, addressOf(image));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(image, target);
  }
  const source = (name) => readFileSync(new URL(name, import.meta.url));
  // The colours are the playground's, but that documents are read on white.
  const styles = ['../../playground/src/style/colours.css', 'style/document.css', 'style/frame.css'];
  return {
    icon: write('icon.svg', source('../../playground/src/icon.svg')),
    style: write('style.css', Buffer.concat(styles.map(source))),
    minisearch: write('minisearch.js', readFileSync(join(dirname(resolve('minisearch')), '../umd/index.js'))),
    search: write('search.js', source('search.js')),
    index: write('index.json', searchIndex(documents)),
  };
}

/** One entry for each section of each page, for MiniSearch in the browser (search.js has the same fields). */
function searchIndex(documents) {
  const index = new MiniSearch({ fields: ['title', 'heading', 'text'], storeFields: ['title', 'heading', 'link'] });
  let id = 0;
  for (const [path, { title, sections }] of documents) {
    const link = linkBetween('index', addressOf(path));
    for (const { heading, id: anchor, text, depth } of sections) {
      index.add({ id: id++, title, heading, text, link: depth === 1 ? link : `${link}#${anchor}` });
    }
  }
  return JSON.stringify(index);
}
