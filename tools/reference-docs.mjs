// npm run docs: writes the pages that are made from code, docs/settings.md and docs/metrics.md. With --check it writes
// nothing and fails when one of them is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { metricsPage } from './metrics-page.mjs';
import { settingsPage } from './settings-page.mjs';

const check = process.argv.includes('--check');
const pages = { 'settings.md': await settingsPage(), 'metrics.md': await metricsPage() };
for (const [name, text] of Object.entries(pages)) {
  const file = fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`docs/${name} is out of date; npm run docs writes it anew.`);
    process.exitCode = 1;
  }
}
