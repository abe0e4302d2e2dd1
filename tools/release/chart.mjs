// node tools/release/chart.mjs <folder> --registry ghcr.io/owner --digests <folder>
// The chart as it is published, blipq-<version>.tgz in <folder>: its images are those in that registry, at its version
// and, with --digests, by digest. That folder has a file for each image, named as its target, with `sha256:…` in it.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseDocument } from 'yaml';
import { ensureClient, findClient } from '../kubernetes-clients.mjs';
import { runProgram } from '../run-program.mjs';
import { images } from './products.mjs';

const source = fileURLToPath(new URL('../../k8s/chart', import.meta.url));

/** Packages the chart into `target` and returns the file's path. */
export function packageChart(target, { registry, digests }) {
  const helm = findClient('helm');
  if (helm === undefined) throw new Error('there is no helm 3 or 4 on the PATH');
  const stage = mkdtempSync(join(tmpdir(), 'blipq-chart-'));
  try {
    cpSync(source, stage, { recursive: true });
    const values = join(stage, 'values.yaml');
    const document = parseDocument(readFileSync(values, 'utf8'));
    document.setIn(['image', 'registry'], registry);
    writeFileSync(values, document.toString({ lineWidth: 0 }));
    if (digests) writeFileSync(join(stage, 'files/digests.json'), JSON.stringify(digestsIn(digests)));
    mkdirSync(target, { recursive: true });
    runProgram(helm, ['lint', '--strict', stage, '--values', join(source, 'profiles/cpu.yaml')]);
    const said = runProgram(helm, ['package', stage, '--destination', target]);
    return /saved it to: (.+)$/m.exec(said)[1];
  } finally {
    rmSync(stage, { recursive: true });
  }
}

function digestsIn(folder) {
  return Object.fromEntries(images.map(({ target, value }) => [value, digestOf(join(folder, target))]));
}

function digestOf(file) {
  const digest = readFileSync(file, 'utf8').trim();
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`${file} holds no digest: ${JSON.stringify(digest)}`);
  return digest;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = { registry: { type: 'string' }, digests: { type: 'string' } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (!values.registry) throw new Error('usage: node tools/release/chart.mjs <folder> --registry <registry> …');
  ensureClient('helm', { mayInstall: true, say: console.error, without: 'the chart cannot be packaged.' });
  console.log(packageChart(positionals[0] ?? 'packed', values));
}
