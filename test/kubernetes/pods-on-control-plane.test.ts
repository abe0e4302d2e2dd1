import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { HubServer } from '../../packages/hub/src/testing/hub-server.js';
import { exampleCaptions } from '../captions-client.js';
import { CaptionLoad, captioned } from './caption-load.js';
import { ControlPlane, controllers, missing } from './control-plane.js';
import { Kubelet } from './kubelet/kubelet.js';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const namespace = 'live';
const nodes = ['node-1', 'node-2', 'node-3'];
const scene = 'dog-on-the-grass.jpg';
const patience = '--timeout=600s';

const reason = missing ?? (controllers ? undefined : 'no kube-controller-manager and kube-scheduler');

describe.skipIf(reason !== undefined)('pods that run as processes (skipped where there is no control plane)', () => {
  const dir = mkdtempSync(join(tmpdir(), 'blipq-live-'));
  let plane: ControlPlane;
  let kubelet: Kubelet;
  let hub: HubServer;
  let url: string;

  const release = (tag: string) => [
    ...['blipq', path('k8s/chart'), '-n', namespace, '--set', 'redis.existingSecret=redis'],
    ...['--set', 'models[0].name=acme/demo', '--set', `image.tag=${tag}`, '--set', `hub.endpoint=${hub.endpoint}`],
    ...['--set', 'modelStorage.storageClassName=folder', '--set-string', 'worker.env.BLIPQ_THREADS=1'],
    ...['--set', 'worker.env.BLIPQ_PRECISION=fp32', '--set-string', 'gateway.env.BLIPQ_THREADS=1'],
  ];
  const done = async (name: 'kubectl' | 'helm', ...args: string[]) => {
    const outcome = await plane.run(name, args);
    expect(outcome, `${name} ${args.join(' ')}\n${kubelet.logs}`).toMatchObject({ status: 0 });
    return outcome.stdout;
  };
  const podsOf = async (component: string) => {
    const selector = `app.kubernetes.io/component=${component}`;
    const listed = JSON.parse(
      await done('kubectl', '-n', namespace, 'get', 'pods', '-l', selector, '-o', 'json'),
    ).items;
    // biome-ignore lint/suspicious/noExplicitAny: Kubernetes' own schema
    return listed.filter(({ metadata }: any) => metadata.deletionTimestamp === undefined);
  };

  beforeAll(async () => {
    plane = await ControlPlane.start();
    kubelet = await Kubelet.start(plane.api(), nodes);
    hub = await HubServer.start();
    const model = path('models/demo');
    const files = readdirSync(model, { withFileTypes: true }).filter((entry) => entry.isFile());
    hub.publish('acme/demo', Object.fromEntries(files.map(({ name }) => [name, readFileSync(join(model, name))])));
    await done('kubectl', 'create', 'namespace', namespace);
    const address = `--from-literal=REDIS_URL=${inject('redisUrl')}`;
    await done('kubectl', '-n', namespace, 'create', 'secret', 'generic', 'redis', address);
    mkdirSync(join(dir, 'models'));
    plane.kubectl(['apply', '-f', '-'], JSON.stringify(volume(join(dir, 'models'))));
  }, 600_000);
  afterAll(async () => {
    await kubelet?.stop();
    await plane?.stop();
    await hub?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  test('a release downloads its model, builds its graphs, becomes ready and captions', {
    timeout: 900_000,
  }, async () => {
    await done('helm', 'install', ...release('1.0.0'));
    await done('kubectl', '-n', namespace, 'wait', 'deployment', '--all', '--for=condition=Available', patience);
    await done('kubectl', '-n', namespace, 'wait', 'job', '--all', '--for=condition=Complete', patience);
    url = await kubelet.services.open(namespace, 'blipq-gateway', 'http');
    expect(await captioned(url, scene)).toBe(exampleCaptions[scene]);
    expect(hub.seen.filter(({ path }) => path.endsWith('model.safetensors')).length).toBeGreaterThan(0);
  });

  test('an upgrade under load fails no request, and every pod is of the new version after it', {
    timeout: 900_000,
  }, async () => {
    const load = new CaptionLoad(url, 2);
    await expect.poll(() => load.answered).toBeGreaterThan(1);
    await done('helm', 'upgrade', ...release('1.1.0'));
    for (const name of ['gateway', 'worker-demo', 'notifier']) {
      await done('kubectl', '-n', namespace, 'rollout', 'status', `deployment/blipq-${name}`, patience);
    }
    const before = load.answered;
    await expect.poll(() => load.answered).toBeGreaterThan(before + 1);
    expect(await load.stop()).toEqual([]);
    for (const component of ['gateway', 'worker', 'notifier']) {
      const pods = await podsOf(component);
      // biome-ignore lint/suspicious/noExplicitAny: Kubernetes' own schema
      const images = pods.map(({ spec }: any) => spec.containers[0].image.split(':')[1]);
      expect(images, component).toEqual(['1.1.0', '1.1.0']);
    }
  });

  test('a drained node takes no request with it, and its pods run elsewhere after it', {
    timeout: 900_000,
  }, async () => {
    const [{ spec }] = await podsOf('gateway');
    const load = new CaptionLoad(url, 2);
    await expect.poll(() => load.answered).toBeGreaterThan(1);
    await done('kubectl', 'drain', spec.nodeName, '--ignore-daemonsets', '--delete-emptydir-data', patience);
    for (const name of ['gateway', 'worker-demo', 'notifier']) {
      await done('kubectl', '-n', namespace, 'rollout', 'status', `deployment/blipq-${name}`, patience);
    }
    expect(await load.stop()).toEqual([]);
    for (const component of ['gateway', 'worker', 'notifier']) {
      const pods = await podsOf(component);
      expect(pods, component).toHaveLength(2);
      // biome-ignore lint/suspicious/noExplicitAny: Kubernetes' own schema
      expect(pods.map((pod: any) => pod.spec.nodeName)).not.toContain(spec.nodeName);
    }
  });

  test('an uninstall ends every process and leaves nothing', { timeout: 900_000 }, async () => {
    await done('helm', 'uninstall', 'blipq', '-n', namespace, '--wait', patience);
    await expect.poll(() => kubelet.pods, { timeout: 600_000 }).toEqual([]);
    const left = await done('kubectl', '-n', namespace, 'get', 'all,pvc,secrets,networkpolicies,pdb', '-o', 'name');
    expect(left.trim().split('\n')).toEqual(['secret/redis']);
  });
});

/** A folder as the one volume of its class, which no provisioner is needed for. */
function volume(folder: string) {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'folder' },
    spec: {
      capacity: { storage: '20Gi' },
      accessModes: ['ReadWriteMany'],
      storageClassName: 'folder',
      hostPath: { path: folder },
    },
  };
}
