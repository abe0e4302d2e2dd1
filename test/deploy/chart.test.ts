import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { gatewaySettings } from '../../apps/gateway/src/config.js';
import { redisStart } from '../../packages/service/src/redis-start.js';
import { byName, podOf, secretSettings, settings, workloads } from './pods.js';
import { helm, install, installations, least } from './render.js';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');

test('chart and product have one version', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(parse(read('k8s/chart/Chart.yaml'))).toMatchObject({ version, appVersion: version });
});

test('the Valkey of the profile dev starts as a Redis should', () => {
  const objects = parseAllDocuments(read('k8s/rendered/dev.yaml')).map((document) => document.toJSON());
  const [valkey] = podOf(workloads(objects), 'valkey').containers;
  expect(valkey.command).toEqual(['sh', '-c', redisStart]);
});

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
}

/** Every value that the schema describes, and every one that has a default. */
function paths(schema: Schema, values: unknown, at = ''): { described: string[]; given: string[] } {
  const { properties } = schema;
  if (properties === undefined) return { described: [at], given: [at] };
  const given = Object.keys((values ?? {}) as object);
  const nested = Object.entries(properties)
    .filter(([name]) => name !== 'global')
    .map(([name, one]) => paths(one, (values as Record<string, unknown>)?.[name], at === '' ? name : `${at}.${name}`));
  const unknown = given.filter((name) => !(name in properties)).map((name) => `${at}.${name}`);
  return {
    described: nested.flatMap((one) => one.described),
    given: [...nested.flatMap((one) => one.given), ...unknown],
  };
}

test('every value has a description, and every one with a default is in the schema', () => {
  const schema = JSON.parse(read('k8s/chart/values.schema.json')) as Schema;
  const { described, given } = paths(schema, parse(read('k8s/chart/values.yaml')));
  expect(given).toEqual(described);
  const without = JSON.stringify(schema, (_, value) => {
    for (const [name, one] of Object.entries((value?.properties as Record<string, Schema>) ?? {})) {
      if (['requests', 'limits'].includes(name)) continue;
      expect(one.description, name).toMatch(/^[A-Z`]/);
    }
    return value;
  });
  expect(without).toContain('properties');
});

describe.skipIf(helm === undefined)('Helm (skipped where there is none)', () => {
  test('k8s/rendered is what the chart makes of its profiles; npm run chart writes it', () => {
    const { status, stderr } = spawnSync(process.execPath, [path('tools/render-chart.mjs'), '--check'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('a model and a Secret with the address of Redis are all that it takes', () => {
    const objects = install(least);
    const [worker, gateway] = [podOf(workloads(objects), 'worker'), podOf(workloads(objects), 'gateway')];
    expect(settings(worker.containers[0]).BLIPQ_MODEL).toBe('Salesforce/blip-image-captioning-large');
    for (const { containers } of [worker, gateway]) {
      expect(secretSettings(containers[0]).REDIS_URL).toEqual({ name: 'r', key: 'REDIS_URL' });
    }
    const made = byName(objects, 'Secret', 'blipq-webhooks').stringData;
    expect(gatewaySettings.partial().strict().safeParse(made).error).toBeUndefined();
    expect(byName(install(least), 'Secret', 'blipq-webhooks').stringData, 'no two are the same').not.toEqual(made);
    expect(objects.map(({ kind }) => kind)).not.toContain('ScaledObject');
  });

  test('a model at a revision is another download, and so is another image; what is the same is the same', () => {
    const job = (...args: string[]) => install([...least, ...args]).find(({ kind }) => kind === 'Job')!.metadata.name;
    const names = [
      job(),
      job('--set', 'models[0].revision=0123abc'),
      job('--set', 'image.tag=9.9.9'),
      job('--set', 'hub.existingSecret=hub'),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(job('--set', 'gateway.replicas=5')).toBe(names[0]);
    for (const name of names) expect(name).toMatch(/^blipq-model-blip-image-captioning-large-[0-9a-f]{8}$/);
  });

  test('what a Job or a selector cannot change has no version in it', () => {
    const versioned = (object: unknown) => JSON.stringify(object).includes('app.kubernetes.io/version');
    for (const { kind, spec, metadata } of install(least)) {
      if (kind === 'Job') expect(versioned(spec.template.metadata)).toBe(false);
      if (spec?.selector) expect(versioned(spec.selector), `${kind} ${metadata.name}`).toBe(false);
    }
  });

  test('everything is in the namespace of the release', () => {
    for (const { kind, metadata } of install([...least, '--namespace', 'captions'])) {
      expect(metadata, `${kind} ${metadata.name}`).toMatchObject({ namespace: 'captions' });
    }
  });

  test('alerts and the address that KEDA asks follow the names of release and namespace', () => {
    const args = ['--values', 'k8s/chart/profiles/gpu.yaml', '--namespace', 'captions'];
    const objects = install([...args, '--set', 'fullnameOverride=eu']);
    const rules = objects.filter(({ kind }) => kind === 'PrometheusRule').map(({ spec }) => JSON.stringify(spec));
    expect(rules).toHaveLength(2);
    for (const text of rules) expect(text).not.toMatch(/NAMESPACE|RELEASE|namespace=\\"blipq/);
    expect(rules.join()).toContain('deployment=\\"eu-gateway\\"');
    const scaled = objects.find(({ kind }) => kind === 'ScaledObject')!;
    expect(scaled.spec.triggers[0].metadata.url).toMatch(/^http:\/\/eu-gateway-internal\.captions\.svc:3002\//);
  });

  test('what Prometheus and Grafana find their objects by can be changed', () => {
    const objects = install([...least, '--set', 'monitoring.enabled=true', '--set', 'monitoring.labels.release=mine']);
    const found = objects.filter(({ apiVersion }) => apiVersion.startsWith('monitoring.coreos.com'));
    expect(found.map(({ kind }) => kind).sort()).toEqual([
      'PodMonitor',
      'PrometheusRule',
      'PrometheusRule',
      'ServiceMonitor',
    ]);
    for (const { metadata } of found) expect(metadata).toMatchObject({ labels: { release: 'mine' } });
  });

  test('a gateway that everybody may call answers under the names of its route', () => {
    const args = [...least, '--set', 'route.type=ingress', '--set', 'route.hosts={a.invalid,b.invalid}'];
    const { containers } = podOf(workloads(install([...args, '--set', 'apiKeys.open=true'])), 'gateway');
    expect(settings(containers[0])).toMatchObject({ BLIPQ_HOSTS: 'a.invalid,b.invalid', BLIPQ_TRUST_PROXY: '1' });
  });

  test("operators' pages open through oauth2-proxy alone, which the gateway in its own pod believes, and no other", () => {
    const { 'cpu with pages for operators': objects } = installations;
    const [admin, gateway] = [podOf(workloads(objects!), 'admin'), podOf(workloads(objects!), 'gateway')];
    const [own, proxy] = admin.containers;
    const variable = (container: typeof own, name: string) =>
      container.env.find((one: { name: string }) => one.name === name);
    expect(settings(own)).toMatchObject({
      BLIPQ_ADMIN_TRUST_HEADER: 'X-Forwarded-Email',
      BLIPQ_ADMIN_TRUST_PROXIES: '$(POD_IP)',
    });
    expect(settings(proxy).OAUTH2_PROXY_UPSTREAMS).toBe('http://$(POD_IP):3002/admin/');
    for (const container of [own, proxy]) {
      const names = container.env.map(({ name }: { name: string }) => name);
      expect(variable(container, 'POD_IP').valueFrom.fieldRef.fieldPath).toBe('status.podIP');
      // A variable takes in those alone that stand before it.
      const users = container.env.filter(({ value = '' }: { value?: string }) => value.includes('$(POD_IP)'));
      for (const { name } of users) expect(names.indexOf('POD_IP')).toBeLessThan(names.indexOf(name));
    }
    expect(Object.keys(settings(gateway.containers[0])).join()).not.toContain('ADMIN_TRUST');
    expect(byName(objects!, 'ConfigMap', 'blipq-operators').data.operators).toBe('ada@shop.invalid\n');
    const { spec } = byName(objects!, 'Service', 'blipq-admin');
    expect(spec.ports.map(({ targetPort }: { targetPort: string }) => targetPort)).toEqual(['admin']);
    expect(proxy.ports).toEqual([{ name: 'admin', containerPort: 4180 }]);
    const { spec: policy } = byName(objects!, 'NetworkPolicy', 'blipq-admin');
    expect(policy.ingress).toEqual([{ ports: [{ protocol: 'TCP', port: 4180 }] }]);
  });

  test.each(['values.yaml', 'GPUs'])('the values of docs/how-to/deploy.md are taken: %s', (which) => {
    const blocks = [...read('docs/how-to/deploy.md').matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml]) => parse(yaml!));
    const values = blocks.filter(({ models }) => models !== undefined);
    expect(values).toHaveLength(2);
    const merged = which === 'GPUs' ? { ...values[0], ...values[1] } : values[0];
    const objects = install(
      Object.entries(merged).flatMap(([key, value]) => ['--set-json', `${key}=${JSON.stringify(value)}`]),
    );
    expect(objects.some(({ kind }) => kind === 'HTTPRoute')).toBe(true);
    expect(objects.some(({ kind }) => kind === 'ScaledObject')).toBe(which === 'GPUs');
  });

  test('times of settings drive the time that a pod is given to stop', () => {
    const env = ['gateway.env.BLIPQ_SHUTDOWN_DELAY_MS=20000', 'gateway.env.BLIPQ_DRAIN_MS=60000'];
    const worker = ['worker.env.BLIPQ_BATCH_DEADLINE_MS=600000', 'notifier.env.BLIPQ_WEBHOOK_TIMEOUT_MS=60000'];
    const pods = workloads(install([...least, ...[...env, ...worker].flatMap((value) => ['--set', value])]));
    const seconds = (component: string) => podOf(pods, component).spec.terminationGracePeriodSeconds;
    expect([seconds('gateway'), seconds('worker'), seconds('notifier')]).toEqual([90, 1230, 90]);
  });

  test('large numbers reach programs as they are written', () => {
    const pods = workloads(install([...least, '--set', 'gateway.env.BLIPQ_QUEUE_MAX=123456789']));
    expect(settings(podOf(pods, 'gateway').containers[0]).BLIPQ_QUEUE_MAX).toBe('123456789');
  });

  test('pods restart for a Secret that comes from changed values, and for nothing else of it', () => {
    const templates = (...values: string[]) =>
      install([...['--set', 'models[0].name=a/b'], ...values.flatMap((value) => ['--set', value])])
        .filter(({ kind }) => kind === 'Deployment')
        .map(({ metadata, spec }) => [metadata.name, JSON.stringify(spec.template)]);
    const secret = 'webhooks.secret=whsec_YmxpcXEgZGV2ZWxvcG1lbnQgc2VjcmV0IDEyMzQ1Ng==';
    const before = templates('redis.url=redis://a.invalid', secret);
    expect(templates('redis.url=redis://a.invalid', secret)).toEqual(before);
    const after = templates('redis.url=redis://b.invalid', secret);
    for (const [index, [name, template]] of after.entries()) expect(template, name).not.toBe(before[index]![1]);
    expect(JSON.stringify(after)).not.toContain('b.invalid');
  });

  test('images come from one registry, by tag or digest', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const values = ['image.registry=r.invalid/team', 'image.tag=1.2.3', `images.gateway.digest=${digest}`];
    const pods = workloads(install([...least, ...values.flatMap((value) => ['--set', value])]));
    expect(podOf(pods, 'gateway').containers[0].image).toBe(`r.invalid/team/blipq-gateway:1.2.3@${digest}`);
    expect(podOf(pods, 'worker').containers[0].image).toBe('r.invalid/team/blipq-worker-cpu:1.2.3');
  });

  test('a folder of each node holds the models, and nothing is downloaded there', () => {
    const objects = install([...least, '--set', 'modelStorage.type=hostPath', '--set', 'modelStorage.hostPath=/srv/m']);
    expect(objects.filter(({ kind }) => ['Job', 'PersistentVolumeClaim'].includes(kind))).toEqual([]);
    expect(podOf(workloads(objects), 'worker').spec.volumes).toContainEqual({
      name: 'models',
      hostPath: { path: '/srv/m', type: 'Directory' },
    });
  });

  test.each([
    [[], 'no model is named'],
    [['--set', 'models[0].name=a/b'], 'no Redis is named'],
    [[...least, '--set', 'valkey.enabled=true'], 'redis.existingSecret and valkey.enabled name a Redis each'],
    [[...least, '--set', 'models[1].name=x/blip-image-captioning-large'], 'set models[1].id'],
    [[...least, '--set', `models[0].id=${'x'.repeat(60)}`], 'models[0].id to a shorter one'],
    [[...least, '--set', 'models[0].min=1'], 'set keda.enabled=true'],
    [[...least, '--set', 'models[0].min=1', '--set', 'models[0].replicas=1'], 'fixed or KEDA'],
    [[...least, '--set', 'route.type=ingress', '--set', 'route.hosts={a.invalid}'], 'set apiKeys.existingSecret'],
    [[...least, '--set', 'route.type=ingress', '--set', 'apiKeys.open=true'], 'route.hosts is not set'],
    [[...least, '--set', 'modelStorage.type=hostPath'], 'modelStorage.hostPath is not set'],
    [[...least, '--set', 'tracing.endpoint=http://10.0.0.1:4318'], 'set tracing.namespace'],
    [[...least, '--set', 'admin.oauth2Proxy.enabled=true'], 'admin.oauth2Proxy.existingSecret is not set'],
    [[...least, '--set', 'modles[0].name=x'], "'modles' not allowed"],
    [[...least, '--set', 'models[0].device=gpu'], 'models/0/device'],
    [[...least, '--set', 'fetch.allow={example.com}'], 'fetch/allow/0'],
  ])('%j is refused with a line that says what to do', (args, message) => {
    expect(() => install(args)).toThrow(message);
  });
});
