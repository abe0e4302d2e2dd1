// npm run chart: writes k8s/rendered, the chart's profiles as plain YAML, for those without Helm. With --check it writes
// nothing and fails when a file is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { profiles, renderedProfile } from './rendered-profile.mjs';

const check = process.argv.includes('--check');
for (const profile of profiles) {
  const path = `k8s/rendered/${profile}.yaml`;
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const text = renderedProfile(profile);
  if (!check) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is out of date; npm run chart writes it anew.`);
    process.exitCode = 1;
  }
}
