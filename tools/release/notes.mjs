// node tools/release/notes.mjs --registry ghcr.io/owner --digests <folder>
// The notes of this version's release: its section of CHANGELOG.md, and where everything is. The folder is that of chart.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { changelogSection } from './changelog.mjs';
import { images } from './products.mjs';
import { checkedVersion } from './version.mjs';

/** Markdown. */
export function releaseNotes({ version, section, registry, digests }) {
  const rows = images.map(({ target, platforms }) => {
    const digest = readFileSync(join(digests, target), 'utf8').trim();
    return `| \`${registry}/blipq-${target}:${version}\` | ${platforms.join(', ')} | \`${digest}\` |`;
  });
  return `${section}

## Images

| image | platforms | digest |
| --- | --- | --- |
${rows.join('\n')}

## Helm

\`\`\`sh
helm install blipq oci://${registry}/charts/blipq --version ${version}
\`\`\`

The chart names these images by their digests. Images and chart are signed by this repository's release workflow.
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = { registry: { type: 'string' }, digests: { type: 'string' } };
  const { values } = parseArgs({ options });
  const version = checkedVersion();
  process.stdout.write(releaseNotes({ version, section: changelogSection(version), ...values }));
}
