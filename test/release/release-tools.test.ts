import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { changelogSection } from '../../tools/release/changelog.mjs';
import { packageChart } from '../../tools/release/chart.mjs';
import { releaseNotes } from '../../tools/release/notes.mjs';
import { images, packageFolders } from '../../tools/release/products.mjs';
import { inOrder } from '../../tools/release/publish-packages.mjs';
import { checkedVersion, setVersion } from '../../tools/release/version.mjs';
import { helmTemplate } from '../../tools/rendered-profile.mjs';
import { helm } from '../deploy/render.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'blipq-release-'));
const digests = join(place, 'digests');
const digestOf = (index: number) => `sha256:${String(index).repeat(64)}`;

beforeAll(() => {
  mkdirSync(digests);
  for (const [index, { target }] of images.entries()) writeFileSync(join(digests, target), `${digestOf(index)}\n`);
});
afterAll(() => rmSync(place, { recursive: true }));

describe('the version', () => {
  test('is one everywhere', () => expect(checkedVersion()).toMatch(/^\d+\.\d+\.\d+/));

  /** The files of the repository that name it, in a folder of their own. */
  function copy(): string {
    const target = mkdtempSync(join(place, 'copy-'));
    const listed = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).stdout.split('\0');
    const wanted =
      /(^|\/)package\.json$|^pnpm-workspace\.yaml$|Chart\.yaml$|Dockerfile$|^(docs\/|README|CHANGELOG).*\.md$/;
    for (const name of listed.filter((name) => wanted.test(name))) {
      mkdirSync(dirname(join(target, name)), { recursive: true });
      cpSync(join(root, name), join(target, name));
    }
    writeFileSync(join(target, 'CHANGELOG.md'), '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- What is new.\n');
    return target;
  }

  test('is set everywhere at once, and what was unreleased becomes its section', () => {
    const target = copy();
    const old = checkedVersion({ root: target });
    expect(() => setVersion('1.2', { root: target })).toThrow('"1.2" is not a version');
    setVersion('9.8.7-rc.1', { root: target, date: '2026-12-01' });
    expect(checkedVersion({ root: target, tag: 'v9.8.7-rc.1' })).toBe('9.8.7-rc.1');
    expect(readFileSync(join(target, 'k8s/chart/Chart.yaml'), 'utf8')).not.toContain(old);
    const changelog = readFileSync(join(target, 'CHANGELOG.md'), 'utf8');
    expect(changelog).toContain('## [Unreleased]\n\n## [9.8.7-rc.1] - 2026-12-01\n');
    expect(changelogSection('9.8.7-rc.1', changelog)).toBe('### Added\n\n- What is new.');
    expect(() => setVersion('9.9.0', { root: target }), 'nothing is unreleased').toThrow('Unreleased');
  });

  test('a file that names another is named, and so is a tag that is another', () => {
    const target = copy();
    const version = checkedVersion({ root: target });
    const chart = join(target, 'k8s/chart/Chart.yaml');
    const text = readFileSync(chart, 'utf8');
    writeFileSync(chart, text.replace(`appVersion: ${version}`, 'appVersion: 0.0.1'));
    expect(() => checkedVersion({ root: target })).toThrow('k8s/chart/Chart.yaml names 0.0.1');
    writeFileSync(chart, text.replace(/^appVersion.*$/m, ''));
    expect(() => checkedVersion({ root: target })).toThrow('k8s/chart/Chart.yaml names 1 of 2 versions');
    writeFileSync(chart, text);
    expect(() => checkedVersion({ root: target, tag: 'v0.0.1' })).toThrow('the tag is v0.0.1');
    expect(() => checkedVersion({ root: target, tag: `v${version}` })).toThrow(`no section "## [${version}]"`);
  });
});

test('a section of the changelog ends where the next begins', () => {
  const text =
    '# C\n\n## [Unreleased]\n\n## [2.0.0] - d\n\n### Added\n\n- two\n\n## [1.0.0]\n\n- one\n\n[1.0.0]: https://x.invalid\n';
  expect(changelogSection('2.0.0', text)).toBe('### Added\n\n- two');
  expect(changelogSection('1.0.0', text)).toBe('- one');
  expect(() => changelogSection('Unreleased', text)).toThrow('says nothing');
  expect(() => changelogSection('2.0', text)).toThrow('no section');
});

test("a release's notes are its section, and each image with its digest", () => {
  const notes = releaseNotes({ version: '1.2.3', section: '- a change', registry: 'ghcr.io/someone', digests });
  expect(notes).toMatch(/^- a change\n/);
  for (const [index, { target }] of images.entries()) {
    expect(notes).toMatch(new RegExp(`ghcr.io/someone/blipq-${target}:1.2.3.*${digestOf(index)}`));
  }
  expect(notes).toContain('helm install blipq oci://ghcr.io/someone/charts/blipq --version 1.2.3');
});

test('packages are published after those that they depend on, and no file is missing or more', () => {
  const versions = ['contracts', 'client', 'onnx-graph', 'blip', 'local'].map((name) => `blipq-${name}-1.0.0.tgz`);
  const files = [...versions, 'blipq-1.0.0.tgz'];
  const order = inOrder([...files].reverse(), '1.0.0');
  expect(order.toSorted()).toEqual(files.toSorted());
  const fileOf = (name: string) => `${name.replace('@', '').replace('/', '-')}-1.0.0.tgz`;
  for (const folder of packageFolders) {
    const { name, dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    expect(order).toContain(fileOf(name));
    for (const other of Object.keys(dependencies).filter((one) => one.startsWith('@blipq/'))) {
      expect(order.slice(0, order.indexOf(fileOf(name))), name).toContain(fileOf(other));
    }
  }
  expect(() => inOrder(files.slice(1), '1.0.0')).toThrow(files[0]);
  expect(() => inOrder([...files, 'left-pad-1.0.0.tgz'], '1.0.0')).toThrow('left-pad');
});

describe.skipIf(helm === undefined)('the chart that is published (skipped where there is no Helm)', () => {
  const imagesOf = (chart: string, ...args: string[]) => {
    const least = ['--set', 'redis.existingSecret=r', '--set', 'models[0].name=a/b', '--set', 'models[1].name=a/c'];
    const { stdout, stderr } = spawnSync(
      helm!,
      ['template', 'blipq', chart, ...least, '--set', 'models[1].device=cuda', ...args],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    const pods = parseAllDocuments(stdout).map((one) => one.toJSON()?.spec?.template?.spec);
    const containers = pods.flatMap((pod) => [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])]);
    return [...new Set(containers.map(({ image }) => image as string))].sort();
  };

  test("names this release's images by digest in the registry that it is given; a tag that is set is taken alone", () => {
    const version = checkedVersion();
    const chart = packageChart(join(place, 'charts'), { registry: 'ghcr.io/someone', digests });
    const pinned = (registry: string) =>
      images.map(({ target }, index) => `${registry}/blipq-${target}:${version}@${digestOf(index)}`).sort();
    expect(imagesOf(chart)).toEqual(pinned('ghcr.io/someone'));
    expect(imagesOf(chart, '--set', 'image.registry=mirror.invalid')).toEqual(pinned('mirror.invalid'));
    const tagged = images.map(({ target }) => `ghcr.io/someone/blipq-${target}:7.0.0`).sort();
    expect(imagesOf(chart, '--set', 'image.tag=7.0.0')).toEqual(tagged);
    const own = ['--set', 'images.gateway.tag=7.0.0', '--set', `images.gateway.digest=${digestOf(9)}`];
    expect(imagesOf(chart, ...own)).toContain(`ghcr.io/someone/blipq-gateway:7.0.0@${digestOf(9)}`);
  });

  test('scales on kind, for which CI has values beside the profile dev', () => {
    const values = ['k8s/chart/profiles/dev.yaml', 'test/kubernetes/kind.yaml'].flatMap((one) => ['--values', one]);
    const objects = parseAllDocuments(helmTemplate(values)).map((one) => one.toJSON());
    const scaled = objects.filter((one) => one?.kind === 'ScaledObject').map(({ spec }) => spec);
    expect(scaled).toMatchObject([{ minReplicaCount: 0, maxReplicaCount: 2, cooldownPeriod: 120 }]);
  });

  test('is refused with a digest that is none', () => {
    const broken = join(place, 'broken');
    cpSync(digests, broken, { recursive: true });
    writeFileSync(join(broken, 'gateway'), 'null\n');
    const made = () => packageChart(join(place, 'charts'), { registry: 'ghcr.io/someone', digests: broken });
    expect(made).toThrow('holds no digest: "null"');
  });
});
