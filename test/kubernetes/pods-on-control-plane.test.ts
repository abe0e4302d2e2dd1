import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { exampleCaptions } from '../captions-client.js';
import { CaptionLoad } from './caption-load.js';
import { LiveCluster, missing, namespace } from './live-cluster.js';
import { commandsUnder } from './page-commands.js';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const root = path('.');
const deployments = ['gateway', 'worker-blip-image-captioning-large', 'notifier'];
const scene = 'dog-on-the-grass.jpg';
const patience = '--timeout=600s';

describe.skipIf(missing !== undefined)('pods that run as processes (skipped where there is no control plane)', () => {
  let cluster: LiveCluster;
  let url: string;

  beforeAll(async () => {
    cluster = await LiveCluster.start();
  }, 600_000);
  afterAll(() => cluster?.stop());

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
      const outcome = await cluster.plane.shell(command.replace(/rediss:\/\/[\w:@.-]+/, inject('redisUrl')), root);
      expect(outcome, command).toMatchObject({ status: 0 });
    }
    await cluster.kubectl('wait', 'deployment', '--all', '--for=condition=Available', patience);
    await cluster.kubectl('wait', 'job', '--all', '--for=condition=Complete', patience);
    url = await cluster.kubelet.services.open(namespace, 'blipq-gateway', 'http');
    // A kubelet forwards no ports here: the Service's own address takes the place of that one.
    const photo = path(`models/demo/examples/${scene}`);
    const { stdout } = await cluster.plane.shell(
      ask.replace('http://localhost:3000', url).replace('photo.jpg', photo),
      root,
    );
    expect(JSON.parse(stdout)).toMatchObject({ caption: { text: exampleCaptions[scene] } });
    expect(cluster.hub.seen.filter(({ path }) => path.endsWith('model.safetensors')).length).toBeGreaterThan(0);
  });

  test('an upgrade under load fails no request, and every pod is of the new version after it', {
    timeout: 900_000,
  }, async () => {
    const load = new CaptionLoad(url, 2);
    await expect.poll(() => load.answered).toBeGreaterThan(1);
    await cluster.done(
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
      await cluster.kubectl('rollout', 'status', `deployment/blipq-${name}`, patience);
    }
    const before = load.answered;
    await expect.poll(() => load.answered).toBeGreaterThan(before + 1);
    expect(await load.stop()).toEqual([]);
    for (const component of ['gateway', 'worker', 'notifier']) {
      const pods = await cluster.podsOf(component);
      // biome-ignore lint/suspicious/noExplicitAny: Kubernetes' own schema
      const images = pods.map(({ spec }: any) => spec.containers[0].image.split(':').at(-1));
      expect(images, component).toEqual(['1.1.0', '1.1.0']);
    }
  });

  test('a drained node takes no request with it, and its pods run elsewhere after it', {
    timeout: 900_000,
  }, async () => {
    const [{ spec }] = await cluster.podsOf('gateway');
    const load = new CaptionLoad(url, 2);
    await expect.poll(() => load.answered).toBeGreaterThan(1);
    await cluster.done('kubectl', 'drain', spec.nodeName, '--ignore-daemonsets', '--delete-emptydir-data', patience);
    for (const name of deployments) {
      await cluster.kubectl('rollout', 'status', `deployment/blipq-${name}`, patience);
    }
    expect(await load.stop()).toEqual([]);
    for (const component of ['gateway', 'worker', 'notifier']) {
      const pods = await cluster.podsOf(component);
      expect(pods, component).toHaveLength(2);
      // biome-ignore lint/suspicious/noExplicitAny: Kubernetes' own schema
      expect(pods.map((pod: any) => pod.spec.nodeName)).not.toContain(spec.nodeName);
    }
  });

  test('an uninstall ends every process and leaves nothing', { timeout: 900_000 }, async () => {
    await cluster.done('helm', 'uninstall', 'blipq', '-n', namespace, '--wait', patience);
    await expect.poll(() => cluster.kubelet.pods, { timeout: 600_000 }).toEqual([]);
    const left = await cluster.kubectl('get', 'all,pvc,secrets,networkpolicies,pdb', '-o', 'name');
    expect(left.trim().split('\n')).toEqual(['secret/redis']);
  });
});
