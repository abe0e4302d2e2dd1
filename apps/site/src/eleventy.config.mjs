import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeAssets } from './assets.mjs';
import { addressOf, documentPaths } from './document-paths.mjs';
import { readNavigation } from './navigation.mjs';
import { page } from './page.mjs';
import { renderDocument } from './render-document.mjs';

const dist = 'apps/site/dist';

/** Eleventy finds the documents and writes the pages; how they are rendered and framed is in the files beside this one. */
export default function configure(eleventyConfig) {
  let documents;
  let frame;
  eleventyConfig.on('eleventy.before', () => {
    documents = new Map(documentPaths().map((path) => [path, renderDocument(path)]));
    frame = { navigation: readNavigation(), assets: writeAssets(documents, dist) };
  });
  eleventyConfig.setTemplateFormats(['md']);
  for (const ignored of ['**/node_modules/**', '**/dist/**', '**/.*/**']) eleventyConfig.ignores.add(ignored);
  eleventyConfig.setUseGitIgnore(false);
  // Documents hold braces of other languages, which no template engine may read.
  eleventyConfig.addGlobalData(
    'permalink',
    () =>
      ({ page: { inputPath } }) =>
        `${addressOf(pathOf(inputPath))}.html`,
  );
  eleventyConfig.setLibrary('md', {
    render: (_text, { page: { inputPath } }) => documents.get(pathOf(inputPath)).html,
  });
  eleventyConfig.addTransform('frame', function frameOf(html) {
    const path = pathOf(this.page.inputPath);
    return page({ ...frame, path, html, document: documents.get(path) });
  });
  eleventyConfig.on('eleventy.after', () => {
    for (const path of documents.keys()) writeFileSync(join(dist, `${addressOf(path)}.md`), readFileSync(path));
    finish();
  });
  return { markdownTemplateEngine: false, dir: { includes: 'apps/site/src', data: 'apps/site/src/data' } };
}

const pathOf = (inputPath) => inputPath.replace(/^\.\//, '');

/**
 * Writes what the gateway would otherwise do at each start or request: each text's gzipped form beside it, and `files.json`,
 * the hash of each file by its path.
 */
function finish() {
  const hashes = {};
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const name = relative(dist, file).replaceAll(sep, '/');
    const content = readFileSync(file);
    hashes[name] = createHash('sha256').update(content).digest('base64url').slice(0, 16);
    if (!/\.(html|md|css|js|json|svg)$/.test(name)) continue;
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    hashes[`${name}.gz`] = hashes[name];
  }
  writeFileSync(join(dist, 'files.json'), JSON.stringify(hashes));
}
