import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

/**
 * The oldest release of each image without a known hole that matters here, and the day on which that was looked up:
 * whoever raises a version there raises it where it is used.
 */
const { checked, oldest } = JSON.parse(read('test/deploy/patch-releases.json')) as {
  checked: string;
  oldest: Record<string, string>;
};

const files = ['docker-compose.yml', 'docker/Dockerfile', 'k8s/chart/values.yaml'];
const used = files.flatMap((file) =>
  [...read(file).matchAll(/(?:image: |NODE_IMAGE=)([\w./-]+):v?(\d+)\.(\d+)\.(\d+)/g)].map(
    ([, image, ...version]) => [file, image!, version.map(Number)] as const,
  ),
);

test.each(used)('%s uses a release of %s without known holes', (_file, image, version) => {
  const least = oldest[image]?.split('.').map(Number);
  expect(least, `${image} is not in test/deploy/patch-releases.json`).toBeDefined();
  const differs = version.findIndex((part, n) => part !== least![n]);
  expect(differs === -1 || version[differs]! > least![differs]!).toBe(true);
});

test('every image of the list is used, and the list says when it was checked', () => {
  expect(Object.keys(oldest).sort()).toEqual([...new Set(used.map(([, image]) => image))].sort());
  expect(checked).toMatch(/^\d{4}-\d{2}-\d{2}$/);
});
