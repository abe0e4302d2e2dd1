// npm run docs: writes what is made from code: pages of docs/reference and the types of packages/client. With --check it writes nothing and fails when one of them is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { apiPage } from './api-page.mjs';
import { chartPage } from './chart-page.mjs';
import { cliPage } from './cli-page.mjs';
import { clientTypes } from './client-types.mjs';
import { errorsPage } from './errors-page.mjs';
import { metricsPage } from './metrics-page.mjs';
import { sdkPage } from './sdk-page.mjs';
import { settingsPage } from './settings-page.mjs';

const root = new URL('../', import.meta.url);
const check = process.argv.includes('--check');
const made = {
  'docs/errors/README.md': errorsPage(readFileSync(new URL('docs/errors/README.md', root), 'utf8')),
  'docs/reference/settings.md': await settingsPage(),
  'docs/reference/metrics.md': await metricsPage(),
  'docs/reference/api-operations.md': apiPage(),
  'docs/reference/cli-options.md': cliPage(),
  'docs/reference/sdk-types.md': sdkPage(),
  'docs/reference/helm.md': chartPage(),
  'packages/client/src/gen/api.ts': await clientTypes(),
};
for (const [path, text] of Object.entries(made)) {
  const file = fileURLToPath(new URL(path, root));
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is out of date; npm run docs writes it anew.`);
    process.exitCode = 1;
  }
}
