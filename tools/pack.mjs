// node tools/pack.mjs <folder>: the packages that are published, as npm pack makes them, and @blipq/local, which is put
// together here: it holds the apps, the packages that they use (bundled), the bundled model, the playground and the error
// pages, in the repository's own layout, so that what finds its neighbours by path finds them installed as well.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const published = ['packages/contracts', 'packages/client', 'apps/cli'];
const apps = ['cli', 'gateway', 'worker', 'notifier', 'standalone'];
const manifestOf = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

/** Packs everything into `folder`. */
export function packAll(folder) {
  mkdirSync(folder, { recursive: true });
  for (const one of published) pack(join(root, one), folder);
  const stage = mkdtempSync(join(tmpdir(), 'blipq-local-'));
  try {
    stageLocal(stage);
    pack(stage, folder);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

function pack(from, to) {
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', resolve(to)], { cwd: from });
}

function stageLocal(stage) {
  const ours = readdirSync(join(root, 'packages')).filter((name) => name !== 'test-servers');
  const dependencies = {};
  for (const folder of [...apps.map((app) => `apps/${app}`), ...ours.map((name) => `packages/${name}`)]) {
    const { dependencies: runtime = {} } = manifestOf(folder);
    for (const [name, version] of Object.entries(runtime))
      if (!name.startsWith('@blipq/')) dependencies[name] = version;
    const target = folder.replace('packages/', 'node_modules/@blipq/');
    copyPackage(folder, join(stage, target));
  }
  for (const [name, version] of Object.entries(dependencies)) {
    if (version === 'catalog:') dependencies[name] = catalogVersion(name);
  }
  for (const path of ['models', 'docs/errors', 'docs/how-to/runbook.md', 'apps/playground/dist', 'LICENSE'])
    cpSync(join(root, path), join(stage, path), { recursive: true });
  const { version, license, engines } = manifestOf('apps/cli');
  const manifest = {
    ...{ name: '@blipq/local', version, license, engines, type: 'module' },
    description: 'What the blipq command needs to run models on this machine: --local, model and serve.',
    exports: './apps/cli/dist/local-part.js',
    dependencies: {
      ...dependencies,
      ...Object.fromEntries(ours.map((name) => [`@blipq/${name}`, manifestOf(`packages/${name}`).version])),
    },
    bundleDependencies: ours.map((name) => `@blipq/${name}`),
  };
  writeFileSync(join(stage, 'package.json'), JSON.stringify(manifest, undefined, 2));
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
  return /\.(map|d\.ts)$|\.(test|fixture)\.js$|\/dist\/testing$/.test(path);
}

function catalogVersion(name) {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  return new RegExp(`^ +${name}: (\\S+)$`, 'm').exec(workspace)[1];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) packAll(process.argv[2] ?? 'packed');
