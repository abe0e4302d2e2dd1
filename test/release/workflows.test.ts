import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { images } from '../../tools/release/products.mjs';
import { stageNames, targets } from '../deploy/dockerfile.js';
import { jobs, needsOf, workflows, workflowTexts } from './workflow.js';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const { scripts } = JSON.parse(readFileSync(path('package.json'), 'utf8')) as { scripts: Record<string, string> };
const release = workflows.release!;
/** Jobs that run for a tag only, each by its own condition or by that of a job that it needs. */
const publishing = ['publish-images', 'npm', 'github-release'];

describe.each(jobs)('$workflow, $name', ({ job, steps, workflow }) => {
  const words = steps.map(({ run }) => run ?? '').join('\n');

  test('every script that it calls exists', () => {
    const npm = [...words.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name]) => name!);
    expect(npm.filter((name) => !(name in scripts))).toEqual([]);
    const files = [...words.matchAll(/\bnode ((?:tools|test)\/[\w./-]+)/g)].map(([, name]) => name!);
    if (/^\s*\.ci\/run/m.test(words)) files.push('.ci/run');
    expect(files.filter((name) => !existsSync(path(name)))).toEqual([]);
    const tests = /\bnpm test -- (.+)$/m.exec(words)?.[1] ?? '';
    expect(tests.split(' ').filter((name) => name !== '' && !existsSync(path(name)))).toEqual([]);
  });

  test('every target that it builds is in the Dockerfile', () => {
    const named = [...words.matchAll(/\b(?:for target in|--target) ([\w -]+)/g)].flatMap(([, list]) =>
      list!.trim().split(' '),
    );
    const inMatrix = job.strategy?.matrix.include?.map(({ target }) => target!) ?? job.strategy?.matrix.target ?? [];
    for (const target of [...named, ...inMatrix]) expect(stageNames()).toContain(target);
  });

  test('actions of others are pinned by commit, with their version beside it', () => {
    const lines = workflowTexts[workflow]!.split('\n').filter((line) => /\buses: (?!\.\/)/.test(line));
    for (const line of lines) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('what it checks out keeps no credentials, and it ends after a while', () => {
    for (const { uses, with: inputs } of steps) {
      if (uses?.startsWith('actions/checkout@')) expect(inputs).toMatchObject({ 'persist-credentials': false });
    }
    if (job.uses === undefined) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  test('what others may have written (titles, names of branches) is never part of a script', () => {
    expect(words).not.toContain('${{');
  });

  test('it uses no secret, and needs only jobs that exist', () => {
    expect(JSON.stringify(job)).not.toMatch(/secrets\.|NPM_TOKEN/);
    for (const name of needsOf(job)) expect(workflows[workflow]!.jobs).toHaveProperty(name);
  });
});

test('CI may read and nothing else, for every change and from the release', () => {
  expect(workflows.ci!.permissions).toEqual({ contents: 'read' });
  for (const { workflow, job } of jobs) if (workflow === 'ci') expect(job.permissions).toBeUndefined();
  expect(Object.keys(workflows.ci!.on)).toEqual(['push', 'pull_request', 'workflow_call']);
});

test('each job of the release has the rights that its work takes', () => {
  expect(release.permissions).toEqual({});
  const rights = Object.entries(release.jobs).map(([name, { permissions }]) => [name, permissions]);
  expect(Object.fromEntries(rights)).toEqual({
    plan: { contents: 'read' },
    ci: { contents: 'read' },
    images: { contents: 'read', packages: 'write' },
    'publish-images': { packages: 'write', 'id-token': 'write' },
    packages: { contents: 'read' },
    npm: { contents: 'read', 'id-token': 'write' },
    chart: { contents: 'read', packages: 'write', 'id-token': 'write' },
    'github-release': { contents: 'write', 'id-token': 'write', attestations: 'write' },
  });
});

test('Node 20.19, 22 and 24 on x64 and arm64, and clients on macOS', () => {
  const nodes = ['20.19', '22', '24'];
  expect(workflows.ci!.jobs.test?.strategy?.matrix).toEqual({
    node: nodes,
    runner: ['ubuntu-24.04', 'ubuntu-24.04-arm'],
  });
  expect(workflows.ci!.jobs.clients?.strategy?.matrix).toMatchObject({ node: nodes, runner: ['macos-15'] });
  const { engines } = JSON.parse(readFileSync(path('package.json'), 'utf8'));
  expect(engines.node).toBe(`>=${nodes[0]}`);
});

test('the release is started by tags of versions, or by hand, and publishes for a tag alone', () => {
  expect(release.on).toEqual({ push: { tags: ['v*'] }, workflow_dispatch: null });
  const onTag = "github.ref_type == 'tag'";
  for (const name of publishing) expect(release.jobs[name]?.if, name).toContain(onTag);
  const outside = jobs.filter(({ workflow, name }) => workflow === 'release' && !publishing.includes(name));
  const writing = outside.flatMap(({ steps }) =>
    steps.filter(({ uses, run }) => /login-action/.test(uses ?? '') || /\b(?:push|publish|sign)\b/.test(run ?? '')),
  );
  expect(writing.length).toBeGreaterThan(2);
  for (const step of writing) expect(step.if).toBe(onTag);
  const build = release.jobs.images?.steps?.find(({ uses }) => uses?.startsWith('docker/build-push-action@'));
  expect(build?.with?.outputs).toContain(`push=\${{ ${onTag} }}`);
});

test('nothing gets its name before all of CI has passed', () => {
  const before = (name: string): string[] => {
    const needed = needsOf(release.jobs[name]!);
    return [...needed, ...needed.flatMap(before)];
  };
  for (const name of [...publishing, 'chart']) expect(before(name), name).toContain('ci');
});

test('every image is built for every platform that it has, by a machine of that kind, with SBOM and provenance', () => {
  const wanted = images.flatMap(({ target, platforms }) =>
    platforms.map((platform) => ({
      ...{ target, platform },
      runner: platform === 'linux/arm64' ? 'ubuntu-24.04-arm' : 'ubuntu-24.04',
    })),
  );
  expect(release.jobs.images?.strategy?.matrix.include).toEqual(wanted);
  expect(release.jobs['publish-images']?.strategy?.matrix.target).toEqual(images.map(({ target }) => target));
  expect(images.map(({ target }) => target).sort()).toEqual([...targets].sort());
  const build = release.jobs.images?.steps?.find(({ uses }) => uses?.startsWith('docker/build-push-action@'));
  expect(build?.with).toMatchObject({
    provenance: 'mode=max',
    sbom: true,
    target: expect.stringContaining('matrix.target'),
  });
});

test('images, and the chart, are signed by their digest', () => {
  for (const name of ['publish-images', 'chart']) {
    const words = release.jobs[name]!.steps!.map(({ run }) => run ?? '').join('\n');
    expect(words).toMatch(/cosign sign --yes .*@\$digest"/);
  }
});

test('the registry is that of whoever owns the repository, so that a fork publishes its own', () => {
  expect(workflowTexts.release).toMatch(/registry=ghcr\.io\/\$\{GITHUB_REPOSITORY_OWNER,,\}/);
  expect(workflowTexts.release).not.toMatch(/ghcr\.io\/(?!\$)/);
  expect(release.jobs.npm?.if).toContain("vars.NPM_PUBLISH == 'true'");
});
