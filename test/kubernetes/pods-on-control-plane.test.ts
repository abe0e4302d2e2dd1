import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { HubServer } from '../../packages/hub/src/testing/hub-server.js';
import { exampleCaptions } from '../captions-client.js';
import { CaptionLoad } from './caption-load.js';
import { ControlPlane, controllers, missing } from './control-plane.js';
import { Kubelet } from './kubelet/kubelet.js';
import { commandsUnder } from './page-commands.js';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const namespace = 'blipq';
const root = path('.');
const model = 'Salesforce/blip-image-captioning-large';
const deployments = ['gateway', 'worker-blip-image-captioning-large', 'notifier'];
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
    hub = await HubServer.start();
    const machine = { HF_ENDPOINT: hub.endpoint, BLIPQ_PRECISION: 'fp32', BLIPQ_THREADS: '1' };
    kubelet = await Kubelet.start(plane.api(), nodes, machine);
    const demo = path('models/demo');
    const files = readdirSync(demo, { withFileTypes: true }).filter((entry) => entry.isFile());
    hub.publish(model, Object.fromEntries(files.map(({ name }) => [name, readFileSync(join(demo, name))])));
    mkdirSync(join(dir, 'models'));
    plane.kubectl(['apply', '-f', '-'], JSON.stringify(storage(join(dir, 'models'))));
  }, 600_000);
  afterAll(async () => {
    await kubelet?.stop();
    await plane?.stop();
    await hub?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  test('the commands of docs/how-to/deploy.md install a release, which downloads its model, builds its graphs, becomes ready and captions an image', {
    timeout: 900_000,
  }, async () => {
    const commands = commandsUnder('## Kubernetes with Helm');
    const first = commands.slice(
      0,
      commands.findIndex((command) => command.startsWith('for ')),
    );
    const [forward, ask] = [
      first.find((one) => one.includes(' port-forward '))!,
      first.find((one) => /^curl /.test(one))!,
    ];
    expect(forward).toMatch(/^kubectl -n blipq port-forward service\/blipq-gateway 3000:80$/);
    for (const command of first.filter((one) => one !== forward && one !== ask)) {
      const outcome = await plane.shell(command.replace(/rediss:\/\/[\w:@.-]+/, inject('redisUrl')), root);
      expect(outcome, command).toMatchObject({ status: 0 });
    }
    await done('kubectl', '-n', namespace, 'wait', 'deployment', '--all', '--for=condition=Available', patience);
    await done('kubectl', '-n', namespace, 'wait', 'job', '--all', '--for=condition=Complete', patience);
    url = await kubelet.services.open(namespace, 'blipq-gateway', 'http');
    // A kubelet forwards no ports here: the Service's own address takes the place of that one.
    const photo = path(`models/demo/examples/${scene}`);
    const { stdout } = await plane.shell(ask.replace('http://localhost:3000', url).replace('photo.jpg', photo), root);
    expect(JSON.parse(stdout)).toMatchObject({ caption: { text: exampleCaptions[scene] } });
    expect(hub.seen.filter(({ path }) => path.endsWith('model.safetensors')).length).toBeGreaterThan(0);
  });

  test('an upgrade under load fails no request, and every pod is of the new version after it', {
    timeout: 900_000,
  }, async () => {
    const load = new CaptionLoad(url, 2);
    await expect.poll(() => load.answered).toBeGreaterThan(1);
    await done(
      'helm',
      'upgrade',
      'blipq',
      path('k8s/chart'),
      '-n',
      namespace,
      '--reuse-values',
      '--set',
      'image.tag=1.1.0',
    );
    for (const name of deployments) {
      await done('kubectl', '-n', namespace, 'rollout', 'status', `deployment/blipq-${name}`, patience);
    }
    const before = load.answered;
    await expect.poll(() => load.answered).toBeGreaterThan(before + 1);
    expect(await load.stop()).toEqual([]);
    for (const component of ['gateway', 'worker', 'notifier']) {
      const pods = await podsOf(component);
      // biome-ignore lint/suspicious/noExplicitAny: Kubernetes' own schema
      const images = pods.map(({ spec }: any) => spec.containers[0].image.split(':').at(-1));
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
    for (const name of deployments) {
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

/** A class that is the default, and a folder as its one volume: no provisioner is needed. */
function storage(folder: string) {
  const metadata = { name: 'folder' };
  const isDefault = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  const storageClass = {
    ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: 'kubernetes.io/no-provisioner' },
    metadata: { ...metadata, annotations: isDefault },
  };
  const volume = {
    ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata },
    spec: {
      ...{ capacity: { storage: '20Gi' }, accessModes: ['ReadWriteMany'], storageClassName: 'folder' },
      hostPath: { path: folder },
    },
  };
  return { apiVersion: 'v1', kind: 'List', items: [storageClass, volume] };
}
