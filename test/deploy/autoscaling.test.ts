import { describe, expect, test } from 'vitest';
import { byName, podOf, selects, settings, workloads } from './pods.js';
import { helm, install, installations, type KubernetesObject } from './render.js';

const { gpu, cpu, models } = installations as Record<'gpu' | 'cpu' | 'models', KubernetesObject[]>;
const workers = (objects: KubernetesObject[]) => workloads(objects).filter(({ component }) => component === 'worker');
const [worker] = workers(gpu!);
const { spec: scaled } = byName(gpu!, 'ScaledObject', worker!.name);

describe('autoscaling', () => {
  test('who is scaled has no number of its own, which an upgrade would go back to', () => {
    expect(byName(gpu!, 'Deployment', worker!.name).spec.replicas).toBeUndefined();
    expect(byName(gpu!, 'Deployment', 'blipq-gateway').spec.replicas).toBeUndefined();
    expect(byName(cpu!, 'Deployment', worker!.name).spec.replicas).toBeGreaterThan(0);
  });

  test('KEDA asks a Service that is there, on a port that its policy opens, even while gateways are not ready', () => {
    const url = new URL(scaled.triggers[0].metadata.url);
    const [name, namespace] = url.hostname.split('.');
    const service = byName(gpu!, 'Service', name!);
    expect(service.metadata).toMatchObject({ namespace });
    expect(service.spec.ports.map(({ port }: { port: number }) => port)).toContain(Number(url.port));
    expect(service.spec.publishNotReadyAddresses).toBe(true);
    expect(url.pathname).toBe('/internal/scale');
    expect(selects({ matchLabels: service.spec.selector }, podOf(workloads(gpu!), 'gateway').labels)).toBe(true);
    expect(scaled.triggers[0].metadata.valueLocation).toBe('demand');
  });

  test('workers go to none and come back, keep running when demand is unknown, and leave one by one', () => {
    const { minReplicaCount, maxReplicaCount, cooldownPeriod, fallback, advanced } = scaled;
    expect({ minReplicaCount, cooldownPeriod }).toEqual({ minReplicaCount: 0, cooldownPeriod: 600 });
    expect(fallback.replicas).toBeGreaterThan(0);
    expect(fallback.replicas).toBeLessThanOrEqual(maxReplicaCount);
    expect(advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.policies).toEqual([
      { type: 'Pods', value: 1, periodSeconds: 120 },
    ]);
  });

  test('a worker is wanted for each batch', () => {
    const { BLIPQ_BATCH_MAX } = settings(worker!.containers[0]);
    expect(Number(scaled.triggers[0].metadata.targetValue)).toBe(Number(BLIPQ_BATCH_MAX));
  });

  test('of several models each has workers of its own, scaled by its demand alone', () => {
    const several = workers(models!);
    expect(several.map(({ name }) => name)).toEqual([
      'blipq-worker-blip-image-captioning-large',
      'blipq-worker-blip-vqa-base',
    ]);
    for (const { name, labels, containers } of several) {
      const { spec } = byName(models!, 'ScaledObject', name);
      expect(spec.scaleTargetRef.name).toBe(name);
      const url = new URL(spec.triggers[0].metadata.url);
      const [model] = settings(containers[0]).BLIPQ_MODEL!.split('@');
      expect([url.pathname, url.searchParams.get('model')]).toEqual(['/internal/scale', model]);
      expect(url.host).toBe('blipq-gateway-internal.blipq.svc:3002');
      // Nobody's Deployment or budget takes another model's pods for its own.
      for (const kind of ['Deployment', 'PodDisruptionBudget']) {
        const selecting = models!.filter((one) => one.kind === kind && selects(one.spec.selector, labels));
        expect(selecting.map((one) => one.metadata.name)).toEqual([name]);
      }
      const download = models!.filter(
        (one) => one.kind === 'Job' && one.metadata.name.startsWith(name.replace('worker', 'model')),
      );
      expect(download).toHaveLength(1);
      expect(settings(download[0]!.spec.template.spec.containers[0]).BLIPQ_MODEL).toContain(model);
    }
  });

  test('a worker has a GPU node and one GPU', () => {
    const { spec, allContainers } = worker!;
    expect(spec.nodeSelector).toEqual({ 'nvidia.com/gpu.present': 'true' });
    expect(spec.tolerations).toEqual([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]);
    expect(allContainers.map(({ resources }) => resources.limits['nvidia.com/gpu'])).toEqual([1, 1]);
    expect(settings(worker!.containers[0]).BLIPQ_DEVICE).toBe('cuda');
    expect(JSON.stringify(workloads(cpu!))).not.toContain('nvidia');
  });
});

describe.skipIf(helm === undefined)('values', () => {
  const withModel = (...values: string[]) =>
    install([
      ...['--set', 'redis.existingSecret=r', '--set', 'keda.enabled=true'],
      ...values.flatMap((value) => ['--set', value]),
    ]);
  const demandOf = (...values: string[]) => {
    const { spec } = withModel(...values).find(({ kind }) => kind === 'ScaledObject')!;
    return new URL(spec.triggers[0].metadata.url).searchParams.get('model');
  };

  test('demand can be read from Prometheus, of one namespace, where no series is an error', () => {
    const { 'gpu on slices, with demand from Prometheus': objects } = installations;
    const [trigger, ...more] = byName(objects!, 'ScaledObject', worker!.name).spec.triggers;
    expect(more).toEqual([]);
    const { BLIPQ_BATCH_MAX } = settings(workers(objects!)[0]!.containers[0]);
    expect(trigger).toMatchObject({
      type: 'prometheus',
      metadata: {
        query: 'max(blipq_demand{namespace="blipq"})',
        threshold: BLIPQ_BATCH_MAX,
        ignoreNullValues: 'false',
      },
    });
  });

  test('a worker takes one slice of a GPU, of the size that is named', () => {
    const gpus = (objects: KubernetesObject[]) =>
      workers(objects)[0]!.allContainers.map(({ resources }) =>
        Object.keys(resources.limits).filter((key) => key.includes('nvidia')),
      );
    const { 'gpu on slices, with demand from Prometheus': objects } = installations;
    expect(gpus(objects!)).toEqual([['nvidia.com/mig-1g.10gb'], ['nvidia.com/mig-1g.10gb']]);
    const larger = withModel('models[0].name=a/b', 'models[0].device=mig', 'models[0].gpu=nvidia.com/mig-2g.20gb');
    expect(gpus(larger)).toEqual([['nvidia.com/mig-2g.20gb'], ['nvidia.com/mig-2g.20gb']]);
  });

  test('demand is asked for by the name that workers register, without a revision', () => {
    const named = (name: string) => demandOf(`models[0].name=${name}`, 'models[0].min=0', 'models[0].revision=abc');
    expect(named('Salesforce/blip-vqa-base')).toBe('Salesforce/blip-vqa-base');
    expect(named('/models/my-fine-tune')).toBe('my-fine-tune');
    expect(named('Salesforce/blip-image-captioning-base+owner/my-lora')).toBe('owner/my-lora');
    expect(named('/models/base+/models/my-lora')).toBe('my-lora');
  });

  test('none and all are numbers: replicas 0 and min 0 stand', () => {
    const none = withModel('models[0].name=a/b', 'models[0].replicas=0');
    expect(byName(none, 'Deployment', 'blipq-worker-b').spec.replicas).toBe(0);
    const some = withModel('models[0].name=a/b', 'models[0].max=1');
    expect(byName(some, 'ScaledObject', 'blipq-worker-b').spec).toMatchObject({
      minReplicaCount: 0,
      maxReplicaCount: 1,
      fallback: { replicas: 1 },
    });
  });

  test('with several engines a worker is wanted for a batch of each', () => {
    const objects = withModel('models[0].name=a/b', 'models[0].min=1', 'models[0].env.BLIPQ_ENGINES=4');
    expect(byName(objects, 'ScaledObject', 'blipq-worker-b').spec.triggers[0].metadata.targetValue).toBe('32');
  });

  test('a larger batch changes setting and scaling together', () => {
    const objects = withModel('models[0].name=a/b', 'models[0].min=1', 'models[0].batchMax=16');
    expect(settings(workers(objects)[0]!.containers[0]).BLIPQ_BATCH_MAX).toBe('16');
    expect(byName(objects, 'ScaledObject', 'blipq-worker-b').spec.triggers[0].metadata.targetValue).toBe('16');
  });
});
