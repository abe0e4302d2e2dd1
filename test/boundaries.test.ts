import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  'packages/queue': [['redis'], ['lua'], ['work'], ['callers', 'attempts', 'deliveries'], ['observe']],
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

test('the lockfile names no host: packages come from whichever registry the user has configured', () => {
  const lockfile = readFileSync(new URL('pnpm-lock.yaml', root), 'utf8');
  expect(lockfile.match(/https?:\/\/\S+/g) ?? []).toEqual([]);
});
