import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/**
 * The packages' layers, lowest first; apps are above them all. Each may depend on packages of lower layers only, so
 * apps are never imported and nothing depends on its own kind.
 */
const layers = [
  ['contracts', 'onnx-graph', 'service', 'test-servers'],
  ['blip', 'hub', 'pixels', 'queue', 'webhooks', 'client'],
  ['engine'],
];

/**
 * Districts: folders inside a `src`, lowest first. Each may import from lower ones only, so neighbours in one list know
 * nothing of one another. Files beside the districts stand above them all. Tests and what only they use may import
 * anything.
 */
const districts: Record<string, string[][]> = {
  'apps/gateway': [
    ['answer'],
    ['request'],
    ['gates'],
    ['intake'],
    ['openapi', 'routes', 'chat', 'bentoml', 'internal'],
  ],
  'packages/queue': [['redis'], ['lua'], ['records'], ['fetches'], ['callers', 'attempts', 'deliveries'], ['observe']],
};

interface Manifest {
  dependencies?: object;
  devDependencies?: object;
}

const root = new URL('../', import.meta.url);
const members = ['packages', 'apps'].flatMap((kind) =>
  readdirSync(new URL(kind, root)).flatMap((folder) => {
    const file = new URL(`${kind}/${folder}/package.json`, root);
    if (!existsSync(file)) return [];
    const layer = kind === 'apps' ? layers.length : layers.findIndex((names) => names.includes(folder));
    return [{ path: `${kind}/${folder}`, layer, manifest: JSON.parse(readFileSync(file, 'utf8')) as Manifest }];
  }),
);

test('every package that a layer names is there', () => {
  const folders = members.map(({ path }) => path.replace('packages/', ''));
  expect(layers.flat().filter((name) => !folders.includes(name))).toEqual([]);
});

test.each(members)('$path depends on lower layers only', ({ path, layer, manifest }) => {
  expect(layer, `${path} has no layer yet: add it here`).toBeGreaterThanOrEqual(0);
  const lower = layers.slice(0, layer).flat();
  const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const ours = dependencies.filter((name) => name.startsWith('@blipq/')).map((name) => name.replace('@blipq/', ''));
  expect(ours.filter((name) => !lower.includes(name))).toEqual([]);
});

test.each(Object.entries(districts))('no district of %s imports from one beside or above it', (path, order) => {
  const src = fileURLToPath(new URL(`${path}/src/`, root));
  const names = order.flat();
  const folders = readdirSync(src, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).filter((name) => name !== 'testing' && !names.includes(name))).toEqual([]);

  const levelOf = (file: string) => order.findIndex((level) => level.includes(file.split('/')[0]!));
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.ts$/.test(file) && !/\.(test|fixture)\.ts$|(^|\/)testing\//.test(file) && levelOf(file) >= 0,
  );
  expect(files.length).toBeGreaterThan(0);
  const upward = files.flatMap((file) =>
    importsOf(readFileSync(join(src, file), 'utf8')).flatMap((specifier) => {
      const target = join(dirname(file), specifier);
      if (target.split('/')[0] === file.split('/')[0]) return [];
      const level = levelOf(target);
      return level >= 0 && level < levelOf(file) ? [] : [`${file} imports ${target}`];
    }),
  );
  expect(upward).toEqual([]);
});

/** The relative imports and exports of a module. */
function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:from|import) ?\(?'(\.[^']+)'/g)].map(([, specifier]) => specifier!);
}

test('nothing of the gateway outside bentoml/ names BentoML, except for compose.ts, which puts the parts together', () => {
  const src = fileURLToPath(new URL('apps/gateway/src/', root));
  const files = sourcesIn(src).filter((file) => !file.startsWith('bentoml/'));
  const naming = files.filter((file) => /bento/i.test(file + readFileSync(join(src, file), 'utf8')));
  expect(naming).toEqual(['compose.ts']);
});

test('each file of the gateway is named after something that it exports', () => {
  const src = fileURLToPath(new URL('apps/gateway/src/', root));
  const misnamed = sourcesIn(src).filter((file) => {
    const exported = exportsOf(readFileSync(join(src, file), 'utf8'));
    const name = basename(file, '.ts').replaceAll('-', '');
    // An entry exports nothing.
    return exported.length > 0 && !exported.some((one) => one.toLowerCase().includes(name));
  });
  expect(misnamed).toEqual([]);
});

test('no two things that modules export share a name', () => {
  const homes = new Map<string, string[]>();
  // Nobody has the SDK beside the service's own packages: its names are those that its users expect.
  for (const { path } of members.filter((member) => member.path !== 'packages/client')) {
    const src = fileURLToPath(new URL(`${path}/src/`, root));
    for (const file of existsSync(src) ? sourcesIn(src) : []) {
      for (const name of exportsOf(readFileSync(join(src, file), 'utf8'))) {
        homes.set(name, [...(homes.get(name) ?? []), `${path}/src/${file}`]);
      }
    }
  }
  expect([...homes].filter(([, files]) => files.length > 1)).toEqual([]);
});

test('no file of ours is longer than 300 lines', () => {
  const folders = ['packages', 'apps', 'test', 'tools', 'benchmarks', 'examples'];
  const files = folders.flatMap((folder) => filesBelow(fileURLToPath(new URL(folder, root))));
  const ours = files.filter((file) => /\.(m?[jt]s|lua|html|css)$/.test(file));
  const long = ours.filter((file) => readFileSync(file, 'utf8').split('\n').length > 301);
  expect(long.map((file) => relative(fileURLToPath(root), file))).toEqual([]);
});

/** The modules below a `src`, without tests and what only they use. */
function sourcesIn(src: string): string[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => /\.ts$/.test(file) && !/\.(test|fixture)\.ts$|(^|\/)(testing|gen)\//.test(file));
}

/** The names that a module declares and exports. */
function exportsOf(source: string): string[] {
  const declared = /^export (?:declare |abstract |async )*(?:class|function\*?|const|let|type|interface|enum) (\w+)/gm;
  return [...new Set([...source.matchAll(declared)].map(([, name]) => name!))];
}

/** All files below a folder except for those that were installed, built or generated. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return entry.isFile() ? [path] : [];
    return /^(node_modules|dist|gen|reference|\..*)$/.test(entry.name) ? [] : filesBelow(path);
  });
}

test('the lockfile names no host: packages come from whichever registry the user has configured', () => {
  const lockfile = readFileSync(new URL('pnpm-lock.yaml', root), 'utf8');
  expect(lockfile.match(/https?:\/\/\S+/g) ?? []).toEqual([]);
});
