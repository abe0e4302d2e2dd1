import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { helmTemplate, profiles } from '../../tools/rendered-profile.mjs';
import type { Cluster } from './cluster.js';
import { ControlPlane, controllers, missing } from './control-plane.js';
import { GivenCluster, given } from './given-cluster.js';
import { commandsUnder, valuesUnder } from './page-commands.js';
import { addStandInKinds } from './stand-in-kinds.js';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const chart = path('k8s/chart');
const model = ['--set', 'models[0].name=Salesforce/blip-image-captioning-large'];
const everything =
  'deployments,statefulsets,services,jobs,secrets,pvc,pdb,hpa,networkpolicies,configmaps,scaledobjects';
const least = [...model, '--set', 'redis.existingSecret=redis'];
/** All that the tests make: the first by k8s/rendered/namespace.yaml. */
const namespaces = ['blipq', 'warned', 'admitted', 'upgraded', 'helmed', 'page-cpus', 'page-gpus', 'placed'];
const isOwn = given === undefined;

describe.skipIf(isOwn && missing !== undefined)('on a real control plane (skipped where there is none)', () => {
  let plane: Cluster;
  const done = (outcome: { status: number | null; stderr: string }) => {
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
  };
  const namespace = (name: string) => {
    done(plane.kubectl(['create', 'namespace', name]));
    const level = 'pod-security.kubernetes.io';
    done(plane.kubectl(['label', 'namespace', name, `${level}/enforce=restricted`, `${level}/warn=restricted`]));
  };
  const apply = (name: string, manifests: string) =>
    plane.kubectl(['-n', name, 'apply', '--validate=strict', '--warnings-as-errors', '-f', '-'], manifests);

  beforeAll(async () => {
    plane = await (isOwn ? ControlPlane.start() : GivenCluster.start(given!, namespaces));
    if (isOwn) addStandInKinds(plane);
  });
  afterAll(() => plane?.stop(), 600_000);

  test.each(profiles)(
    'k8s/rendered/%s.yaml: strictly, without a warning, to be compared before, the same after',
    async (profile) => {
      const file = path(`k8s/rendered/${profile}.yaml`);
      const first = plane.kubectl(['apply', '-f', path('k8s/rendered/namespace.yaml')]);
      done(first);
      const label = 'pod-security.kubernetes.io/warn=restricted';
      done(plane.kubectl(['label', '--overwrite', 'namespace', 'blipq', label]));
      // 1: there are differences; more: it could not be said.
      expect(plane.kubectl(['diff', '-f', file])).toMatchObject({ status: 1, stderr: '' });
      done(apply('blipq', readFileSync(file, 'utf8')));
      done(plane.kubectl(['diff', '-f', file]));
      done(plane.kubectl(['delete', '-f', file, '--timeout=120s']));
      const left = () => plane.list(everything, '-n', 'blipq', '-l', 'app.kubernetes.io/part-of=blipq');
      await expect.poll(() => left().map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([]);
    },
  );

  test('what PodSecurity "restricted" does not admit is warned of, so that silence says something', () => {
    namespace('warned');
    const folder = ['--set', 'modelStorage.type=hostPath', '--set', 'modelStorage.hostPath=/srv/models'];
    const manifests = helmTemplate([...least, ...folder, '--namespace', 'warned']);
    expect(apply('warned', manifests).stderr).toContain('would violate PodSecurity "restricted');
  });

  test.skipIf(isOwn && !controllers)('pods are admitted, one for each that is wanted', async () => {
    namespace('admitted');
    const args = [...least, '--set', 'modelStorage.type=image', '--namespace', 'admitted'];
    done(apply('admitted', helmTemplate(args)));
    await expect.poll(() => plane.list('pods', '-n', 'admitted').length).toBe(6);
    const failed = plane.list('events', '-n', 'admitted').filter(({ reason }) => reason === 'FailedCreate');
    expect(failed).toEqual([]);
  });

  test('another version is applied over the one before at once, with a download of its own', () => {
    namespace('upgraded');
    const version = (tag: string) => helmTemplate([...least, '--set', `image.tag=${tag}`, '--namespace', 'upgraded']);
    done(apply('upgraded', version('1.0.0')));
    done(apply('upgraded', version('1.0.0')));
    done(apply('upgraded', version('1.1.0')));
    const images = plane.list('jobs', '-n', 'upgraded').map(({ spec }) => spec.template.spec.containers[0].image);
    expect(images.sort()).toEqual(['blipq-worker-cpu:1.0.0', 'blipq-worker-cpu:1.1.0']);
  });

  test('helm installs, upgrades, rolls back and leaves nothing; the secret of webhooks stays as it is meanwhile', async () => {
    const release = ['blipq', chart, '-n', 'helmed', ...least];
    done(plane.helm(['install', '--create-namespace', ...release]));
    const secret = () =>
      plane.list('secrets', '-n', 'helmed', '--field-selector', 'metadata.name=blipq-webhooks')[0]?.data;
    const made = secret();
    expect(Buffer.from(made.BLIPQ_WEBHOOK_SECRET, 'base64').toString()).toMatch(/^whsec_.{40,}$/);
    done(plane.helm(['upgrade', ...release, '--set', 'image.tag=1.1.0']));
    const image = () => plane.list('deployments', '-n', 'helmed')[0].spec.template.spec.containers[0].image;
    expect(image()).toBe('blipq-gateway:1.1.0');
    expect(plane.list('jobs', '-n', 'helmed')).toHaveLength(1);
    expect(secret()).toEqual(made);
    done(plane.helm(['rollback', 'blipq', '-n', 'helmed']));
    expect(image()).not.toBe('blipq-gateway:1.1.0');
    expect(secret()).toEqual(made);
    done(plane.helm(['uninstall', 'blipq', '-n', 'helmed']));
    await expect
      .poll(() => plane.list(everything, '-n', 'helmed', '-l', 'app.kubernetes.io/part-of=blipq'))
      .toEqual([]);
  });

  test.each([
    ['CPUs', []],
    ['GPUs', ['### On GPUs with KEDA']],
  ])('the commands of docs/how-to/deploy.md for %s install what its values say', async (device, further) => {
    const name = `page-${device.toLowerCase()}`;
    const place = mkdtempSync(join(tmpdir(), 'blipq-page-'));
    onTestFinished(() => rmSync(place, { recursive: true }));
    symlinkSync(path('k8s'), join(place, 'k8s'));
    writeFileSync(join(place, 'keys.json'), '[]');
    const files = ['### On CPUs', ...further].map((heading, index) => {
      writeFileSync(join(place, `${index}.yaml`), valuesUnder(heading));
      return `--values ${index}.yaml`;
    });
    namespace(name);
    done(
      plane.kubectl(['-n', name, 'create', 'secret', 'generic', 'redis', '--from-literal=REDIS_URL=redis://r.invalid']),
    );
    const commands = commandsUnder('### On CPUs');
    expect(commands.at(-1)).toMatch(/^helm upgrade --install .* --values values\.yaml$/);
    for (const command of commands) {
      const own = command.replace('-n blipq', `-n ${name}`).replace('--values values.yaml', files.join(' '));
      done(await plane.shell(own, place));
    }
    const wanted = ['blipq-gateway', 'blipq-notifier', 'blipq-worker-blip-image-captioning-large'];
    expect(
      plane
        .list('deployments', '-n', name)
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(wanted);
    const scaled = plane
      .list('scaledobjects', '-n', name)
      .map(({ spec }) => [spec.minReplicaCount, spec.maxReplicaCount]);
    expect(scaled).toEqual(device === 'GPUs' ? [[0, 10]] : []);
  });

  // Nodes are made up in a cluster of the tests' own alone.
  test.skipIf(!isOwn || !controllers)(
    'pods find the nodes that they are for, and two of a revision are on two of them',
    async () => {
      for (const name of Object.keys(nodes)) done(plane.kubectl(['create', '-f', '-'], node(name)));
      for (const [name, resources] of Object.entries(nodes)) {
        const all = { cpu: '16', memory: '64Gi', pods: '100', ...resources };
        const patch = JSON.stringify({ status: { capacity: all, allocatable: all } });
        done(plane.kubectl(['patch', 'node', name, '--subresource=status', '--type=merge', '-p', patch]));
      }
      namespace('placed');
      const devices = ['cpu', 'cuda', 'mig'].flatMap((device, index) => [
        ...['--set', `models[${index}].name=models/${device}`, '--set', `models[${index}].device=${device}`],
      ]);
      const values = [
        '--set',
        'redis.existingSecret=redis',
        '--set',
        'modelStorage.type=image',
        '--namespace',
        'placed',
      ];
      const version = (tag: string) => helmTemplate([...devices, ...values, '--set', `image.tag=${tag}`]);
      const nodesOf = (component: string, more = '') =>
        plane
          .list('pods', '-n', 'placed', '-l', `app.kubernetes.io/component=${component}${more}`)
          .map(({ spec }) => spec.nodeName ?? 'none')
          .sort();
      done(apply('placed', version('1.0.0')));
      await expect.poll(() => nodesOf('gateway')).toEqual(['cpu-1', 'cpu-2']);
      await expect.poll(() => nodesOf('worker', ',blipq/model=cpu')).toEqual(['cpu-1', 'cpu-2']);
      // One GPU, two workers that each want one: the second waits.
      await expect.poll(() => nodesOf('worker', ',blipq/model=cuda')).toEqual(['gpu', 'none']);
      await expect.poll(() => nodesOf('worker', ',blipq/model=mig')).toEqual(['mig', 'mig']);
    },
  );
});

const nodes: Record<string, Record<string, string>> = {
  'cpu-1': {},
  'cpu-2': {},
  gpu: { 'nvidia.com/gpu': '1' },
  mig: { 'nvidia.com/mig-1g.10gb': '7' },
};

/** A node that nothing runs on, with a GPU's label and taint where it has one. */
function node(name: string): string {
  const gpu = !name.startsWith('cpu');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...(gpu && { 'nvidia.com/gpu.present': 'true' }) } },
    spec: { taints: gpu ? [{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }] : [] },
  });
}
