import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

test('the lockfile names no host: packages come from whichever registry the user has configured', () => {
  const lockfile = readFileSync(new URL('pnpm-lock.yaml', root), 'utf8');
  expect(lockfile.match(/https?:\/\/\S+/g) ?? []).toEqual([]);
});
