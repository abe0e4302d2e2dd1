// node tools/release/pack.mjs <folder> [--repository https://github.com/owner/name]
// The npm packages as they are published, in <folder>: those of products.mjs, and @blipq/local, which is put together
// here: it holds the apps, the packages that they use (bundled), the bundled models, the playground and the documents,
// in the repository's own layout, so that what finds its neighbours by path finds them installed as well.
// npm's provenance wants a manifest to name the repository that it was built from.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packageFolders } from './products.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const apps = ['cli', 'gateway', 'worker', 'notifier', 'standalone'];
const manifestOf = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

/** Packs everything into `target`. */
export function packAll(target, repository) {
  for (const folder of packageFolders) packPackage(folder, target, repository);
  packFrom(target, (stage) => stageLocal(stage, repository));
}

/** Packs one folder into `target`, its workspace's and catalog's versions written out. Returns the file's path. */
export function packPackage(folder, target, repository) {
  return packFrom(target, (stage) => {
    const isWanted = (path) =>
      !/^(node_modules|src)(\/|$)|\.map$|\.test\.|\.fixture\.|(^|\/)testing(\/|$)/.test(
        relative(join(root, folder), path),
      );
    cpSync(join(root, folder), stage, { recursive: true, filter: isWanted });
    cpSync(join(root, 'LICENSE'), join(stage, 'LICENSE'));
    const { private: _, scripts: __, devDependencies: ___, dependencies = {}, ...manifest } = manifestOf(folder);
    const versions = Object.entries(dependencies).map(([name, version]) => [name, publishedVersion(name, version)]);
    writeManifest(stage, { ...manifest, dependencies: Object.fromEntries(versions) }, repository, folder);
  });
}

function packFrom(target, fill) {
  const stage = mkdtempSync(join(tmpdir(), 'blipq-package-'));
  try {
    fill(stage);
    mkdirSync(target, { recursive: true });
    const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', resolve(target)];
    return join(target, execFileSync('npm', args, { cwd: stage, encoding: 'utf8' }).trim());
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

function writeManifest(stage, manifest, repository, directory) {
  const from = repository && { repository: { type: 'git', url: `git+${repository}.git`, directory } };
  writeFileSync(join(stage, 'package.json'), JSON.stringify({ ...manifest, ...from }, undefined, 2));
}

function publishedVersion(name, version) {
  if (version === 'catalog:') return catalogVersion(name);
  // All of ours have one version.
  return version.startsWith('workspace:') ? manifestOf('.').version : version;
}

function stageLocal(stage, repository) {
  const ours = readdirSync(join(root, 'packages')).filter((name) => name !== 'test-servers');
  const dependencies = {};
  for (const folder of [...apps.map((app) => `apps/${app}`), ...ours.map((name) => `packages/${name}`)]) {
    for (const [name, version] of Object.entries(manifestOf(folder).dependencies ?? {}))
      if (!name.startsWith('@blipq/')) dependencies[name] = publishedVersion(name, version);
    copyPackage(folder, join(stage, folder.replace('packages/', 'node_modules/@blipq/')));
  }
  for (const path of ['models', 'apps/playground/dist', 'apps/site/dist', 'LICENSE'])
    cpSync(join(root, path), join(stage, path), { recursive: true });
  const { version, license, engines, publishConfig } = manifestOf('apps/cli');
  const manifest = {
    ...{ name: '@blipq/local', version, license, engines, publishConfig, type: 'module' },
    description: 'What the blipq command needs to run models on this machine: --local, model and serve.',
    exports: './apps/cli/dist/local-part.js',
    dependencies: { ...dependencies, ...Object.fromEntries(ours.map((name) => [`@blipq/${name}`, version])) },
    bundleDependencies: ours.map((name) => `@blipq/${name}`),
  };
  writeManifest(stage, manifest, repository, 'apps/cli');
}

/** What a package runs with: its built files and whatever else its manifest lists. */
function copyPackage(folder, target) {
  // What it depends on is a dependency of the whole.
  const { dependencies: _, devDependencies: __, optionalDependencies: ___, ...manifest } = manifestOf(folder);
  const { files = ['dist'] } = manifest;
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'package.json'), JSON.stringify(manifest));
  const wanted = ['dist', ...files.filter((name) => /^\w+$/.test(name))];
  for (const name of new Set(wanted)) {
    const from = join(root, folder, name);
    if (existsSync(from))
      cpSync(from, join(target, name), { recursive: true, filter: (path) => !isNotNeeded(relative(root, path)) });
  }
}

/** What is for compilers, debuggers and tests. */
function isNotNeeded(path) {
  return /\.(map|d\.ts)$|\.(test|fixture)\.js$|\/testing(\/|$)/.test(path);
}

function catalogVersion(name) {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  return new RegExp(`^ +${name}: (\\S+)$`, 'm').exec(workspace)[1];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({ options: { repository: { type: 'string' } }, allowPositionals: true });
  packAll(positionals[0] ?? 'packed', values.repository);
}
