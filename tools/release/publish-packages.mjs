// node tools/release/publish-packages.mjs <folder>
// Publishes the packed packages in <folder>, each after those that it depends on, with provenance; npm takes the identity
// from the workflow that runs this. A version that the registry has is passed over, so that a release that broke off can
// be run again. A version with a suffix (1.2.3-rc.1) gets the tag `next`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkedVersion } from './version.mjs';

/** Each after those that it depends on; what is between the version and these names is npm's. */
const order = ['blipq-contracts', 'blipq-client', 'blipq-onnx-graph', 'blipq-blip', 'blipq-local', 'blipq'];

/** The files in the order in which they are published. */
export function inOrder(files, version) {
  const wanted = order.map((name) => `${name}-${version}.tgz`);
  const difference = [...wanted, ...files].filter((name) => !(wanted.includes(name) && files.includes(name)));
  if (difference.length > 0) throw new Error(`the packages are not those of ${version}: ${difference.join(', ')}`);
  return wanted;
}

function publish(folder) {
  const version = checkedVersion();
  const tag = version.includes('-') ? 'next' : 'latest';
  for (const file of inOrder(readdirSync(folder), version)) {
    const name = file.slice(0, -`-${version}.tgz`.length).replace(/^blipq-/, '@blipq/');
    if (npm(['view', `${name}@${version}`, 'version'], 'pipe').stdout.trim() === version) {
      console.log(`${name}@${version} is published already`);
      continue;
    }
    const args = ['publish', join(folder, file), '--access', 'public', '--provenance', '--tag', tag];
    if (npm(args, 'inherit').status !== 0) throw new Error(`npm did not publish ${name}@${version}`);
  }
}

function npm(args, stdio) {
  const { error, ...outcome } = spawnSync('npm', args, { encoding: 'utf8', stdio });
  if (error) throw error;
  return outcome;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) publish(process.argv[2] ?? 'packed');
