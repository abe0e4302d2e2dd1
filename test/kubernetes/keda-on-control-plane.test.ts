import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OwnAuthority } from '../../packages/test-servers/src/own-authority.js';
import { OwnRedis } from '../../packages/test-servers/src/own-redis.js';
import { exampleCaptions, exampleNames, finished, submit } from '../captions-client.js';
import { Keda, missing as missingKeda } from './keda.js';
import { LiveCluster, missing, model, namespace } from './live-cluster.js';

const chart = fileURLToPath(new URL('../../k8s/chart', import.meta.url));
const worker = 'deployment/blipq-worker-blip-image-captioning-large';
const workersMax = 3;
const captions = 400;
const patience = 600_000;

const reason = missing ?? missingKeda;

describe.skipIf(reason !== undefined)('KEDA beside the chart (skipped where its programs are not there)', () => {
  let authority: OwnAuthority;
  let redis: OwnRedis;
  let cluster: LiveCluster;
  let keda: Keda;
  let url: string;

  const workers = async () => Number(await cluster.kubectl('get', worker, '-o', 'jsonpath={.spec.replicas}'));
  const becomes = async (count: number) => {
    await expect.poll(workers, { timeout: patience, message: keda.log }).toBe(count);
    await expect.poll(async () => (await cluster.podsOf('worker')).length, { timeout: patience }).toBe(count);
  };

  beforeAll(async () => {
    authority = new OwnAuthority();
    redis = await OwnRedis.create();
    await redis.start();
    cluster = await LiveCluster.start(authority);
    keda = await Keda.start(cluster, authority);
    await cluster.done('kubectl', 'create', 'namespace', namespace);
    await cluster.kubectl('create', 'secret', 'generic', 'redis', `--from-literal=REDIS_URL=${redis.url}`);
    const values = {
      ...{ 'redis.existingSecret': 'redis', 'models[0].name': model },
      ...{ 'models[0].min': 0, 'models[0].max': workersMax, 'models[0].batchMax': 8 },
      ...{ 'keda.enabled': true, 'keda.pollingInterval': 1, 'keda.cooldownPeriod': 5, 'keda.fallbackReplicas': 2 },
    };
    const set = Object.entries(values).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    await cluster.done('helm', 'install', 'blipq', chart, '-n', namespace, ...set);
    url = await cluster.kubelet.services.open(namespace, 'blipq-gateway', 'http');
  }, patience);
  afterAll(async () => {
    await keda?.stop();
    await cluster?.stop();
    await redis?.remove();
    authority?.remove();
  });

  test('a worker comes for a model that none has registered yet, and goes when there is nothing to do', {
    timeout: patience,
  }, async () => {
    await cluster.kubectl('wait', 'deployment/blipq-gateway', '--for=condition=Available', '--timeout=600s');
    await becomes(0);
  });

  test('from none to as many as the work asks for, which is all done, and back to none', {
    timeout: patience,
  }, async () => {
    const scene = (index: number) => exampleNames[index % exampleNames.length]!;
    const submitted = await Promise.all(Array.from({ length: captions }, (_, index) => submit(url, scene(index))));
    await becomes(workersMax);
    const ended = await Promise.all(submitted.map(({ id }) => finished(url, id)));
    expect(ended.map(({ caption }) => caption?.text)).toEqual(ended.map((_, index) => exampleCaptions[scene(index)]));
    await becomes(0);
  });

  test('the fallback runs while demand cannot be read, from none', { timeout: patience }, async () => {
    await redis.kill();
    await becomes(2);
    await redis.start();
    await becomes(0);
  });

  test('an uninstall leaves nothing that scales', { timeout: patience }, async () => {
    await cluster.done('helm', 'uninstall', 'blipq', '-n', namespace, '--wait', '--timeout=600s');
    const left = () => cluster.kubectl('get', 'scaledobjects,hpa,all', '-o', 'name');
    await expect.poll(left, { timeout: patience }).toBe('');
  });
});
