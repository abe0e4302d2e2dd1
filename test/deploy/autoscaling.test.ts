import { describe, expect, test } from 'vitest';
import { byName, selects, settings, workloads } from './pods.js';
import { kubectl, render } from './render.js';

describe.skipIf(kubectl === undefined)('autoscaling', () => {
  const objects = kubectl === undefined ? [] : render('k8s/overlays/gpu');
  const pods = workloads(objects);
  const worker = () => pods.find(({ name }) => name === 'worker')!;
  const scaled = () => byName(objects, 'ScaledObject', 'worker').spec;

  test('who is scaled has no number of its own, which an apply would go back to', () => {
    expect(byName(objects, 'Deployment', 'worker').spec.replicas).toBeUndefined();
    expect(byName(objects, 'Deployment', 'gateway').spec.replicas).toBeUndefined();
    expect(byName(render('k8s/overlays/cpu'), 'Deployment', 'worker').spec.replicas).toBeGreaterThan(0);
  });

  test('KEDA asks a Service that is there, on a port that its policy opens, even while gateways are not ready', () => {
    const url = new URL(scaled().triggers[0].metadata.url);
    const [name, namespace] = url.hostname.split('.');
    const service = byName(objects, 'Service', name!);
    expect(service.metadata).toMatchObject({ namespace });
    expect(service.spec.ports.map(({ port }: { port: number }) => port)).toContain(Number(url.port));
    expect(service.spec.publishNotReadyAddresses).toBe(true);
    expect(url.pathname).toBe('/internal/scale');
    expect(selects({ matchLabels: service.spec.selector }, pods.find((pod) => pod.name === 'gateway')!.labels)).toBe(
      true,
    );
    expect(scaled().triggers[0].metadata.valueLocation).toBe('demand');
  });

  test('workers go to none and come back, keep running when demand is unknown, and leave one by one', () => {
    const { minReplicaCount, maxReplicaCount, cooldownPeriod, fallback, advanced } = scaled();
    expect({ minReplicaCount, cooldownPeriod }).toEqual({ minReplicaCount: 0, cooldownPeriod: 600 });
    expect(fallback.replicas).toBeGreaterThan(0);
    expect(fallback.replicas).toBeLessThanOrEqual(maxReplicaCount);
    expect(advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.policies).toEqual([
      { type: 'Pods', value: 1, periodSeconds: 120 },
    ]);
  });

  test('a worker is wanted for each batch', () => {
    const { BLIPQ_BATCH_MAX } = settings(objects, worker().containers[0]);
    expect(Number(scaled().triggers[0].metadata.targetValue)).toBe(Number(BLIPQ_BATCH_MAX));
    const [trigger, ...more] = byName(render('test/deploy/kustomizations/gpu-mig-prometheus'), 'ScaledObject', 'worker')
      .spec.triggers;
    expect(more).toEqual([]);
    expect(trigger).toMatchObject({
      type: 'prometheus',
      metadata: { threshold: String(Number(BLIPQ_BATCH_MAX)), ignoreNullValues: 'false' },
    });
  });

  test('of several models each has workers of its own, scaled by its demand alone', () => {
    const several = render('k8s/overlays/models');
    const workers = workloads(several).filter(({ labels }) => labels['app.kubernetes.io/name'] === 'worker');
    expect(workers.map(({ name }) => name)).toEqual(['worker', 'worker-answers']);
    for (const { name, labels, containers } of workers) {
      const { spec } = byName(several, 'ScaledObject', name);
      expect(spec.scaleTargetRef.name).toBe(name);
      const url = new URL(spec.triggers[0].metadata.url);
      const [model] = settings(several, containers[0]).BLIPQ_MODEL!.split('@');
      expect([url.pathname, url.searchParams.get('model')]).toEqual(['/internal/scale', model]);
      expect(url.host).toBe('gateway-internal.blipq.svc:3002');
      // Nobody's Deployment or budget takes another model's pods for its own.
      for (const kind of ['Deployment', 'PodDisruptionBudget']) {
        const selecting = several.filter((one) => one.kind === kind && selects(one.spec.selector, labels));
        expect(selecting.map((one) => one.metadata.name)).toEqual([name]);
      }
      const download = name.replace('worker', 'model-download');
      expect(
        settings(several, byName(several, 'Job', download).spec.template.spec.containers[0]).BLIPQ_MODEL,
      ).toContain(model);
    }
  });

  test('a worker has a GPU node and one GPU, or one slice of it', () => {
    const { spec, allContainers } = worker();
    expect(spec.nodeSelector).toEqual({ 'nvidia.com/gpu.present': 'true' });
    expect(spec.tolerations).toEqual([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]);
    expect(allContainers.map(({ resources }) => resources.limits['nvidia.com/gpu'])).toEqual([1, 1]);
    expect(settings(objects, worker().containers[0]).BLIPQ_DEVICE).toBe('cuda');
    const sliced = workloads(render('test/deploy/kustomizations/gpu-mig-prometheus')).find(
      ({ name }) => name === 'worker',
    )!;
    const names = sliced.allContainers.map(({ resources }) =>
      Object.keys(resources.limits).filter((key) => key.includes('nvidia')),
    );
    expect(names).toEqual([['nvidia.com/mig-1g.10gb'], ['nvidia.com/mig-1g.10gb']]);
    expect(JSON.stringify(workloads(render('k8s/overlays/cpu')))).not.toContain('nvidia');
  });
});
