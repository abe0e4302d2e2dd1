import { describe, expect, test } from 'vitest';
import { gatewaySettings } from '../../apps/gateway/src/config.js';
import { notifierSettings } from '../../apps/notifier/src/config.js';
import { workerSettings } from '../../apps/worker/src/config.js';
import { byName, selects, settings, workloads } from './pods.js';
import { type KubernetesObject, kubectl, kustomizations, render } from './render.js';

/** The workers of a further model are `worker-<name>`. */
const kindOf = (name: string) => /^(gateway|worker|notifier|model-download)(?=$|-)/.exec(name)?.[1];

describe.skipIf(kubectl === undefined).each(kubectl === undefined ? [] : kustomizations)('%s', (folder) => {
  const objects = kubectl === undefined ? [] : render(folder);
  const pods = workloads(objects);
  const ours = pods.filter(({ name }) => ['gateway', 'worker', 'notifier'].includes(kindOf(name) ?? ''));

  test('there are all of ours', () => {
    expect(new Set(ours.map(({ name }) => kindOf(name)))).toEqual(new Set(['gateway', 'worker', 'notifier']));
  });

  test('no container runs as root, writes to its image, gains rights or has capabilities', () => {
    for (const { name, spec, allContainers } of pods) {
      const { runAsNonRoot, runAsUser, seccompProfile } = spec.securityContext;
      expect({ runAsNonRoot, seccompProfile }, name).toEqual({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(runAsUser, name).toBeGreaterThan(0);
      for (const container of allContainers) {
        expect(container.securityContext, `${name}/${container.name}`).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  test('no pod has a token for the API server, or the host', () => {
    for (const { name, spec } of pods) {
      expect(spec.automountServiceAccountToken, name).toBe(false);
      const host = [
        spec.hostNetwork,
        spec.hostPID,
        spec.hostIPC,
        ...(spec.volumes ?? []).map((volume: { hostPath?: unknown }) => volume.hostPath),
      ];
      expect(host.filter(Boolean), name).toEqual([]);
    }
  });

  test('every container says what it needs and has limits', () => {
    for (const { name, allContainers } of pods) {
      for (const { name: container, resources } of allContainers) {
        expect(Object.keys(resources.requests), `${name}/${container}`).toEqual(
          expect.arrayContaining(['cpu', 'memory']),
        );
        expect(Object.keys(resources.limits), `${name}/${container}`).toEqual(
          expect.arrayContaining(['cpu', 'memory']),
        );
      }
    }
  });

  test('every image has a tag, and not "latest"', () => {
    const images = pods.flatMap(({ allContainers }) => allContainers.map(({ image }) => image as string));
    expect(images.filter((image) => !/:[\w][\w.-]*$/.test(image) || image.endsWith(':latest'))).toEqual([]);
  });

  test('probes: liveness and startup ask the process alone, only readiness asks Redis', () => {
    for (const {
      name,
      containers: [container],
    } of ours) {
      expect(container.livenessProbe.httpGet.path, name).toBe('/livez');
      expect(container.startupProbe.httpGet.path, name).toBe('/livez');
      expect(container.readinessProbe.httpGet.path, name).toBe('/readyz');
      const ports = container.ports.map((port: { name: string }) => port.name);
      for (const probe of ['livenessProbe', 'startupProbe', 'readinessProbe']) {
        expect(ports, `${name} ${probe}`).toContain(container[probe].httpGet.port);
      }
    }
  });

  test('a worker is given twice its longest batch and 30 s to stop', () => {
    for (const { name, spec, containers } of ours.filter((pod) => kindOf(pod.name) === 'worker')) {
      const batchS = Number(settings(objects, containers[0]).BLIPQ_BATCH_DEADLINE_MS) / 1000;
      expect(batchS).toBeGreaterThan(0);
      expect(spec.terminationGracePeriodSeconds, name).toBeGreaterThanOrEqual(2 * batchS + 30);
      expect(Number(settings(objects, containers[0]).BLIPQ_DRAIN_MS), name).toBe(2000 * batchS);
    }
  });

  test('a gateway serves on until proxies have noticed, and is given the time to finish after that', () => {
    const { spec, containers } = pods.find(({ name }) => name === 'gateway')!;
    const { BLIPQ_SHUTDOWN_DELAY_MS: delayMs } = settings(objects, containers[0]);
    // Kubernetes takes a pod that ends out of the endpoints itself; this is for the proxies behind them to follow.
    expect(Number(delayMs)).toBeGreaterThanOrEqual(5000);
    const drainS = gatewaySettings.parse({}).BLIPQ_DRAIN_MS / 1000;
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(Number(delayMs) / 1000 + drainS + 10);
  });

  test('each of ours is spread over nodes, and a drain takes one pod at a time', () => {
    const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget');
    for (const { name, labels, spec } of ours) {
      const [budget, ...more] = budgets.filter((one) => selects(one.spec.selector, labels));
      expect(more, name).toEqual([]);
      expect(budget?.spec.maxUnavailable, name).toBe(1);
      const [spread] = spec.topologySpreadConstraints;
      expect(spread.topologyKey, name).toBe('kubernetes.io/hostname');
      expect(selects(spread.labelSelector, labels), name).toBe(true);
    }
  });

  test('everything that a pod refers to is there', () => {
    for (const { name, spec, allContainers } of pods) {
      const sources = allContainers.flatMap(({ envFrom = [] }) => envFrom);
      for (const { configMapRef, secretRef } of sources) {
        if (configMapRef) byName(objects, 'ConfigMap', configMapRef.name);
        if (secretRef) byName(objects, 'Secret', secretRef.name);
      }
      for (const { persistentVolumeClaim } of spec.volumes ?? []) {
        if (persistentVolumeClaim) byName(objects, 'PersistentVolumeClaim', persistentVolumeClaim.claimName);
      }
      const volumes = [...(spec.volumes ?? []), ...claimTemplates(objects, name)].map((volume) => volume.name);
      const mounts = allContainers.flatMap(({ volumeMounts = [] }) =>
        volumeMounts.map((mount: { name: string }) => mount.name),
      );
      expect(volumes, name).toEqual(expect.arrayContaining(mounts));
    }
  });

  test('every Service leads to pods that have its port', () => {
    for (const { metadata, spec } of objects.filter(({ kind }) => kind === 'Service')) {
      const targets = pods.filter((pod) => selects({ matchLabels: spec.selector }, pod.labels));
      expect(targets, metadata.name).toHaveLength(1);
      const ports = targets[0]!.containers.flatMap((container) =>
        container.ports.map((port: { name: string }) => port.name),
      );
      for (const { targetPort } of spec.ports) expect(ports, metadata.name).toContain(targetPort);
    }
  });

  test('every setting is one that its program knows, with a value that it takes', () => {
    const programs = { gateway: gatewaySettings, worker: workerSettings, notifier: notifierSettings };
    for (const { name, containers } of ours) {
      const schema = programs[kindOf(name) as keyof typeof programs];
      const all = Object.entries(settings(objects, containers[0]));
      // Those of OpenTelemetry's its libraries read themselves.
      const given = Object.fromEntries(all.filter(([variable]) => !variable.startsWith('OTEL_')));
      expect(schema.partial().strict().safeParse(given).error?.issues ?? [], name).toEqual([]);
    }
  });

  test('a secret is given to those alone that need it', () => {
    const holders = (secret: string) =>
      pods.filter((pod) => JSON.stringify(pod.spec).includes(`"secretRef":{"name":"${secret}`)).map(({ name }) => name);
    const secrets = objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name);
    const base = (name: string) => name.replace(/-[a-z0-9]{10}$/, '');
    const kinds = (secret: string) => [...new Set(holders(secret).map(kindOf))].sort();
    const actual = Object.fromEntries(secrets.map((name) => [base(name), kinds(name)]));
    expect(actual).toEqual({
      redis: ['gateway', 'notifier', 'worker'],
      gateway: ['gateway'],
      // Gateways show each API key its own; what they put into Redis is signed anyway.
      webhooks: ['gateway', 'notifier'],
      hub: ['model-download'],
    });
  });
});

// biome-ignore lint/suspicious/noExplicitAny: volumes as plain JSON
function claimTemplates(objects: KubernetesObject[], name: string): any[] {
  const set = objects.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === name);
  return (set?.spec.volumeClaimTemplates ?? []).map(({ metadata }: KubernetesObject) => metadata);
}
