// node src/build-site.mjs: builds dist/, every Markdown file of the repository as a page, by Eleventy.
// With --serve it goes on to serve the site and builds it again when a document changes.
import { rmSync } from 'node:fs';
import Eleventy from '@11ty/eleventy';
import { root } from './document-paths.mjs';

// Eleventy takes its input from the current folder.
process.chdir(root);
const serves = process.argv.includes('--serve');
rmSync('apps/site/dist', { recursive: true, force: true });
const eleventy = new Eleventy('.', 'apps/site/dist', {
  configPath: 'apps/site/src/eleventy.config.mjs',
  runMode: serves ? 'serve' : 'build',
  quietMode: !serves,
});
if (serves) {
  await eleventy.init();
  await eleventy.watch();
  eleventy.serve(8080);
} else await eleventy.write();
