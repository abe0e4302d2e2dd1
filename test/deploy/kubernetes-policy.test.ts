import { describe, expect, test } from 'vitest';
import { gatewaySettings } from '../../apps/gateway/src/config.js';
import { notifierSettings } from '../../apps/notifier/src/config.js';
import { workerSettings } from '../../apps/worker/src/config.js';
import { byName, podOf, secretSettings, selects, settings, workloads } from './pods.js';
import { installations, type KubernetesObject } from './render.js';

const services = ['gateway', 'worker', 'notifier'];

describe.each(Object.entries(installations))('%s', (_name, objects) => {
  const pods = workloads(objects);
  const ours = pods.filter(({ component }) => services.includes(component));

  test('there are all of ours', () => {
    expect(new Set(ours.map(({ component }) => component))).toEqual(new Set(services));
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
    for (const { name, spec, containers } of ours.filter(({ component }) => component === 'worker')) {
      const batchS = Number(settings(containers[0]).BLIPQ_BATCH_DEADLINE_MS) / 1000;
      expect(batchS).toBeGreaterThan(0);
      expect(spec.terminationGracePeriodSeconds, name).toBeGreaterThanOrEqual(2 * batchS + 30);
      expect(Number(settings(containers[0]).BLIPQ_DRAIN_MS), name).toBe(2000 * batchS);
    }
  });

  test('a gateway serves on until proxies have noticed, and is given the time to finish after that', () => {
    const { spec, containers } = podOf(pods, 'gateway');
    const { BLIPQ_SHUTDOWN_DELAY_MS: delayMs } = settings(containers[0]);
    // Kubernetes takes a pod that ends out of the endpoints itself; this is for the proxies behind them to follow.
    expect(Number(delayMs)).toBeGreaterThanOrEqual(5000);
    const drainS = gatewaySettings.parse({}).BLIPQ_DRAIN_MS / 1000;
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(Number(delayMs) / 1000 + drainS + 10);
  });

  test('each of ours is spread over nodes by revision, or is where the volume is; a drain takes one pod at a time', () => {
    const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget');
    for (const { name, labels, spec } of ours) {
      const [budget, ...more] = budgets.filter((one) => selects(one.spec.selector, labels));
      expect(more, name).toEqual([]);
      expect(budget?.spec.maxUnavailable, name).toBe(1);
      const [together] = spec.affinity?.podAffinity.requiredDuringSchedulingIgnoredDuringExecution ?? [];
      if (together !== undefined) {
        expect(selects(together.labelSelector, labels), `${name} follows itself`).toBe(true);
        expect(objects.find(({ kind }) => kind === 'PersistentVolumeClaim')?.spec.accessModes).toEqual([
          'ReadWriteOnce',
        ]);
        expect(spec.topologySpreadConstraints).toBeUndefined();
        continue;
      }
      // One more, such as that of zones, would keep nodes without its label from being spread over at all.
      const [spread, ...further] = spec.topologySpreadConstraints;
      expect(further, name).toEqual([]);
      expect(spread.topologyKey, name).toBe('kubernetes.io/hostname');
      expect(selects(spread.labelSelector, labels), name).toBe(true);
      // Else the pods of the revision before count, and both new ones land on one node.
      expect(spread.matchLabelKeys, name).toEqual(['pod-template-hash']);
    }
  });

  test('no pod keeps an autoscaler from removing its node', () => {
    for (const { name, kind, spec, annotations } of pods.filter((pod) => pod.kind !== 'Job')) {
      const local = spec.volumes.filter((volume: { emptyDir?: unknown }) => volume.emptyDir);
      expect(annotations['cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes'], `${kind} ${name}`).toBe(
        local.map((volume: { name: string }) => volume.name).join(','),
      );
    }
  });

  test('a rollout does not count as failed while a model is downloaded', () => {
    const waiting = objects.filter(
      ({ kind, metadata }) => kind === 'Deployment' && !metadata.name.includes('notifier'),
    );
    for (const { metadata, spec } of waiting) {
      expect(spec.progressDeadlineSeconds, metadata.name).toBeGreaterThanOrEqual(3600);
    }
  });

  test('a download that fails leaves its pods with their logs, and ends', () => {
    for (const { spec } of objects.filter(({ kind }) => kind === 'Job')) {
      expect(spec.template.spec.restartPolicy).toBe('Never');
      expect(spec.backoffLimit).toBeGreaterThan(0);
      // One that removes itself is made again by each apply, and by whoever compares the cluster with the chart.
      expect(spec.ttlSecondsAfterFinished).toBeUndefined();
    }
  });

  test('everything that a pod refers to is there, or a Secret of the installer', () => {
    for (const { name, spec, allContainers } of pods) {
      for (const container of allContainers) {
        for (const { name: secret, key } of Object.values(secretSettings(container))) {
          if (!secret.startsWith('blipq-')) continue;
          expect(byName(objects, 'Secret', secret).stringData[key], secret).toEqual(expect.any(String));
        }
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

  test('a route leads to the API and to nothing internal', () => {
    const routes = objects.filter(({ kind }) => ['HTTPRoute', 'Ingress'].includes(kind));
    for (const { metadata, spec } of routes) {
      const backends = JSON.stringify(spec).match(/"blipq-[\w-]+"/g);
      expect(backends).toEqual([metadata.name === 'blipq-admin' ? '"blipq-admin"' : '"blipq-gateway"']);
    }
    const trusted = settings(podOf(pods, 'gateway').containers[0]).BLIPQ_TRUST_PROXY;
    expect(trusted).toBe(routes.length > 0 ? '1' : undefined);
  });

  test('every setting is one that its program knows, with a value that it takes', () => {
    const programs = { gateway: gatewaySettings, worker: workerSettings, notifier: notifierSettings };
    for (const { name, component, containers } of ours) {
      const schema = programs[component as keyof typeof programs];
      const all = Object.entries(settings(containers[0]));
      // Those of OpenTelemetry's and Node's they read themselves.
      const given = Object.fromEntries(all.filter(([variable]) => !/^(OTEL|NODE)_/.test(variable)));
      expect(schema.partial().strict().safeParse(given).error?.issues ?? [], name).toEqual([]);
      const secret = Object.keys(secretSettings(containers[0]));
      expect(Object.keys(schema.shape), name).toEqual(expect.arrayContaining(secret));
    }
  });

  test('a secret is given to those alone that need it', () => {
    const holders: Record<string, Set<string>> = {};
    for (const container of pods.flatMap(({ allContainers }) => allContainers)) {
      for (const variable of Object.keys(secretSettings(container))) {
        holders[variable] = (holders[variable] ?? new Set()).add(container.name);
      }
    }
    const allowed: Record<string, string[]> = {
      REDIS_URL: ['gateway', 'notifier', 'worker'],
      BLIPQ_API_KEYS: ['gateway'],
      BLIPQ_ADMIN_KEY: ['gateway'],
      // Gateways show each API key its own; what they put into Redis is signed anyway.
      BLIPQ_WEBHOOK_SECRET: ['gateway', 'notifier'],
      HF_TOKEN: ['download'],
      OAUTH2_PROXY_CLIENT_ID: ['oauth2-proxy'],
      OAUTH2_PROXY_CLIENT_SECRET: ['oauth2-proxy'],
      OAUTH2_PROXY_COOKIE_SECRET: ['oauth2-proxy'],
    };
    for (const [variable, containers] of Object.entries(holders)) {
      expect([...containers].sort(), variable).toEqual(allowed[variable]);
    }
    expect(Object.keys(holders)).toEqual(expect.arrayContaining(['REDIS_URL', 'BLIPQ_WEBHOOK_SECRET']));
    // Nothing is handed over whole.
    expect(JSON.stringify(pods.map(({ spec }) => spec))).not.toContain('envFrom');
  });
});

// biome-ignore lint/suspicious/noExplicitAny: volumes as plain JSON
function claimTemplates(objects: KubernetesObject[], name: string): any[] {
  const set = objects.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === name);
  return (set?.spec.volumeClaimTemplates ?? []).map(({ metadata }: KubernetesObject) => metadata);
}
