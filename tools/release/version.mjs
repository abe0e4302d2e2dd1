// The version stands in the package.json of the repository; everything else that names it follows.
//   node tools/release/version.mjs                 prints it; fails when something names another
//   node tools/release/version.mjs --tag v0.2.0    the same, and fails unless this is its tag and CHANGELOG.md has it
//   node tools/release/version.mjs 0.2.0           sets it everywhere; what was under Unreleased becomes its section
// Uses Node's own modules only. After a change, `npm run chart` writes k8s/rendered anew.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { changelogSection, withSection } from './changelog.mjs';

const own = fileURLToPath(new URL('../../', import.meta.url));
/** Semantic Versioning, without build metadata, which no tag of an image takes. */
const semver = /^\d+\.\d+\.\d+(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;

/** Where a version stands: patterns whose one group is it. Each must be found `atLeast` so often in a file. */
const inManifests = [{ pattern: /^ {2}"version": "([^"]+)"/gm, atLeast: 1 }];
const inChart = [{ pattern: /^(?:version|appVersion): (\S+)$/gm, atLeast: 2 }];
const inDockerfile = [{ pattern: /^ARG VERSION=(\S+)$/gm, atLeast: 1 }];
/** The tags of our images, and the version of the chart, in commands. */
const inDocuments = [
  { pattern: /blipq-(?:gateway|notifier|worker-cpu|worker-cuda|\$target):(\d+\.\d+\.\d+[\w.-]*)/g, atLeast: 0 },
  { pattern: /(?:--version|VERSION=|newTag:|tag:)[ =]?(\d+\.\d+\.\d+[\w.-]*)/g, atLeast: 0 },
];

function places(root) {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  const folders = [...workspace.matchAll(/^ {2}- (\S+)$/gm)].flatMap(([, name]) => {
    if (!name.endsWith('/*')) return [name];
    const kind = name.slice(0, -2);
    return readdirSync(join(root, kind)).map((one) => `${kind}/${one}`);
  });
  const manifests = ['.', ...folders].map((folder) => join(folder, 'package.json'));
  return [
    ...manifests.filter((path) => existsSync(join(root, path))).map((path) => [path, inManifests]),
    ['k8s/chart/Chart.yaml', inChart],
    ['docker/Dockerfile', inDockerfile],
    ...documents(root).map((path) => [path, inDocuments]),
  ];
}

function documents(root) {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true }).filter((name) => name.endsWith('.md'));
  return ['README.md', ...inDocs.map((name) => join('docs', name))];
}

/** The repository's version. @throws Error with every place that names another */
export function checkedVersion({ tag, root = own } = {}) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wrong = places(root).flatMap(([path, patterns]) => {
    const text = readFileSync(join(root, path), 'utf8');
    return patterns.flatMap(({ pattern, atLeast }) => {
      const found = [...text.matchAll(pattern)].map(([, one]) => one);
      if (found.length < atLeast) return [`${path} names ${found.length} of ${atLeast} versions`];
      return found.filter((one) => one !== version).map((one) => `${path} names ${one}`);
    });
  });
  if (wrong.length > 0) throw new Error(`package.json has version ${version}, but ${wrong.join(', ')}`);
  if (tag === undefined) return version;
  if (tag !== `v${version}`) throw new Error(`the tag is ${tag}, but package.json has version ${version}`);
  changelogSection(version, readFileSync(join(root, 'CHANGELOG.md'), 'utf8'));
  return version;
}

/** Writes another version everywhere. */
export function setVersion(version, { root = own, date = new Date().toISOString().slice(0, 10) } = {}) {
  if (!semver.test(version)) throw new Error(`"${version}" is not a version such as 1.2.3 or 1.2.3-rc.1`);
  checkedVersion({ root });
  const changelog = join(root, 'CHANGELOG.md');
  writeFileSync(changelog, withSection(version, date, readFileSync(changelog, 'utf8')));
  for (const [path, patterns] of places(root)) {
    const file = join(root, path);
    const before = readFileSync(file, 'utf8');
    const after = patterns.reduce(
      (text, { pattern }) => text.replace(pattern, (whole, old) => whole.replace(old, version)),
      before,
    );
    if (after !== before) writeFileSync(file, after);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({ options: { tag: { type: 'string' } }, allowPositionals: true });
  try {
    if (positionals.length > 0) setVersion(positionals[0]);
    console.log(checkedVersion(values));
  } catch (error) {
    console.error(`version: ${error.message}`);
    process.exitCode = 1;
  }
}
