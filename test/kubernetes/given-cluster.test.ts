import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../packages/test-servers/src/free-port.js';
import { ControlPlane, controllers, missing } from './control-plane.js';
import { GivenCluster } from './given-cluster.js';
import { addStandInKinds } from './stand-in-kinds.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('which cluster npm run test:kubernetes takes', () => {
  const command = (environment: NodeJS.ProcessEnv) => {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, ...environment };
    return spawnSync(process.execPath, ['tools/test-kubernetes.mjs'], { cwd: root, env, encoding: 'utf8' });
  };

  test('KUBECONFIG alone gives no cluster to the tests', () => {
    const { status, stdout, stderr } = command({ KUBECONFIG: fileURLToPath(import.meta.url) });
    expect(status).toBe(0);
    expect(`${stdout}${stderr}`).toMatch(/KUBECONFIG stays as it is: BLIPQ_DISPOSABLE_CLUSTER=1 would give it/);
  });

  test.each([
    ['without KUBECONFIG', { BLIPQ_DISPOSABLE_CLUSTER: '1' }],
    ['with a file that is not there', { BLIPQ_DISPOSABLE_CLUSTER: '1', KUBECONFIG: '/nowhere/kubeconfig' }],
    ['with another word than 1', { BLIPQ_DISPOSABLE_CLUSTER: 'maybe', KUBECONFIG: fileURLToPath(import.meta.url) }],
  ])('BLIPQ_DISPOSABLE_CLUSTER %s is refused', (_, environment) => {
    const { status, stdout, stderr } = command(environment);
    expect(status).toBe(1);
    expect(`${stdout}${stderr}`).toMatch(/^blipq: Refused: BLIPQ_DISPOSABLE_CLUSTER takes 1, and KUBECONFIG/m);
  });
});

describe.skipIf(missing !== undefined)("a cluster that is not the tests' own", () => {
  let plane: ControlPlane;
  const kinds = () => plane.done('get', 'customresourcedefinitions', '-o', 'name').trim();
  const namespaces = () => plane.list('namespaces').map(({ metadata }) => metadata.name);

  beforeAll(async () => {
    plane = await ControlPlane.start();
  });
  afterAll(() => plane?.stop());

  test('it is refused as it is where a namespace of the tests is there already', async () => {
    plane.done('create', 'namespace', 'precious');
    const start = GivenCluster.start(plane.kubeconfig, ['made', 'precious']);
    await expect(start).rejects.toThrow(/has precious already.* kubectl delete namespace precious$/);
    expect(kinds()).toBe('');
    expect(namespaces()).toContain('precious');
  });

  test.skipIf(!controllers)('what was made in it goes, and what was there stays', async () => {
    const [kept, ...others] = addStandInKinds(plane);
    plane.done('delete', ...others);
    const cluster = await GivenCluster.start(plane.kubeconfig, ['made', 'unmade']);
    expect(kinds().split('\n')).toHaveLength(1 + others.length);
    cluster.done('create', 'namespace', 'made');
    await cluster.stop();
    expect(kinds()).toBe(kept);
    expect(namespaces()).not.toContain('made');
    expect(namespaces()).toContain('default');
  });

  test('a file that names no cluster is refused, and one whose cluster does not answer', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'blipq-kubeconfig-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const file = join(dir, 'kubeconfig');
    writeFileSync(file, '');
    await expect(GivenCluster.start(file, ['made'])).rejects.toThrow(/names no cluster: /);
    const nowhere = `https://127.0.0.1:${await freePort()}`;
    writeFileSync(file, readFileSync(plane.kubeconfig, 'utf8').replace(/https:[^"]+/, nowhere));
    await expect(GivenCluster.start(file, ['made'])).rejects.toThrow(/reaches no cluster: /);
  });
});
