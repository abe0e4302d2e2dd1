import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/**
 * The layers, lowest first. A package may depend on packages of lower layers only, so apps are never imported and
 * nothing depends on its own kind. What a service needs around its work (settings, logs) is below what does work.
 */
const layers = [
  ['@blipq/contracts', '@blipq/onnx-graph', '@blipq/service'],
  ['@blipq/blip', '@blipq/pixels', '@blipq/queue'],
  ['@blipq/engine'],
  ['@blipq/gateway', '@blipq/worker', '@blipq/standalone'],
];

const root = new URL('../', import.meta.url);
const packages = ['packages', 'apps'].flatMap((kind) =>
  readdirSync(new URL(kind, root)).flatMap((folder) => {
    const file = new URL(`${kind}/${folder}/package.json`, root);
    if (!existsSync(file)) return [];
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    return { folder, ...manifest } as { folder: string; name: string; dependencies?: object; devDependencies?: object };
  }),
);
const layerOf = (name: string) => layers.findIndex((layer) => layer.includes(name));

test.each(packages.map((found) => [found.name, found] as const))('%s depends on lower layers only', (name, found) => {
  expect(name).toBe(`@blipq/${found.folder}`);
  expect(layerOf(name), `${name} has no layer yet: add it here`).toBeGreaterThanOrEqual(0);
  const dependencies = Object.keys({ ...found.dependencies, ...found.devDependencies });
  const ours = dependencies.filter((dependency) => dependency.startsWith('@blipq/'));
  expect(ours.filter((dependency) => layerOf(dependency) >= layerOf(name))).toEqual([]);
});

test('the lockfile names no host: packages come from whichever registry the user has configured', () => {
  const lockfile = readFileSync(new URL('pnpm-lock.yaml', root), 'utf8');
  expect(lockfile.match(/https?:\/\/\S+/g) ?? []).toEqual([]);
});
