import { BlockList } from 'node:net';
import { describe, expect, test } from 'vitest';
import { podOf, selects, settings, workloads } from './pods.js';
import { helm, install, installations, type KubernetesObject, least } from './render.js';

interface IpBlock {
  cidr: string;
  except?: string[];
}
interface Rule {
  // biome-ignore lint/suspicious/noExplicitAny: a NetworkPolicyPeer as plain JSON
  to?: any[];
  // biome-ignore lint/suspicious/noExplicitAny: a NetworkPolicyPeer as plain JSON
  from?: any[];
  ports?: { port: number }[];
}

const publicAddress = '93.184.215.14';
const cloudMetadata = '169.254.169.254';
const apiServer = '10.96.0.1';

/** What the policies of an installation let through. */
function network(objects: KubernetesObject[]) {
  const pods = workloads(objects);
  const rules = (direction: 'Ingress' | 'Egress', labels: Record<string, string>): Rule[] =>
    policies(objects)
      .filter(({ spec }) => selects(spec.podSelector, labels) && spec.policyTypes.includes(direction))
      .flatMap(({ spec }) => spec[direction.toLowerCase()] ?? []);
  const reaches = (component: string, address: string, port: number) =>
    rules('Egress', podOf(pods, component).labels).some(
      (rule) =>
        (rule.ports === undefined || rule.ports.some((one) => one.port === port)) &&
        (rule.to === undefined || rule.to.some(({ ipBlock }) => ipBlock !== undefined && inBlock(address, ipBlock))),
    );
  return { pods, rules, reaches };
}

describe.each(Object.entries(installations))('%s', (name, objects) => {
  const { pods, rules, reaches } = network(objects);
  const labelsOf = (component: string) => podOf(pods, component).labels;
  const downloads = pods.some(({ component }) => component === 'model-download');
  const redisPort = name === 'everything from values' ? 6390 : 6379;
  const privateNetworks = name.includes('private networks');

  test('every pod is closed both ways, but for what a policy opens', () => {
    const closed = policies(objects).find(({ spec }) => !spec.ingress && !spec.egress);
    expect(closed?.spec.policyTypes).toEqual(['Ingress', 'Egress']);
    for (const pod of pods) expect(selects(closed!.spec.podSelector, pod.labels), pod.name).toBe(true);
    // Other people's pods in the namespace are none of its business.
    expect(selects(closed!.spec.podSelector, { 'app.kubernetes.io/name': 'other' })).toBe(false);
  });

  test('a worker reaches DNS and Redis and nothing else', () => {
    const opened = rules('Egress', labelsOf('worker')).flatMap(({ ports }) => ports?.map(({ port }) => port));
    const collector = name.endsWith('traces') ? [4318] : [];
    expect(new Set(opened)).toEqual(new Set([53, 6379, redisPort, ...collector]));
    for (const port of [53, 80, 443, 4318, redisPort]) {
      expect(reaches('worker', publicAddress, port), `internet:${port}`).toBe(false);
      expect(reaches('worker', cloudMetadata, port), `cloud metadata:${port}`).toBe(false);
    }
    expect(reaches('worker', apiServer, 443)).toBe(false);
  });

  test('Redis is reached by those alone that use it', () => {
    const toRedis = (labels: Record<string, string>) =>
      rules('Egress', labels).some(({ ports }) => ports?.some(({ port }) => port === redisPort));
    const users = pods.filter(({ labels }) => toRedis(labels)).map(({ component }) => component);
    const operators = name.endsWith('operators') ? ['admin'] : [];
    expect(new Set(users)).toEqual(new Set(['gateway', 'notifier', 'worker', ...operators]));
  });

  test('spans are sent where a policy lets them, in one namespace', () => {
    for (const { component, labels, containers } of pods) {
      const endpoint = settings(containers[0]).OTEL_EXPORTER_OTLP_ENDPOINT;
      const sends = name.endsWith('traces') && ['gateway', 'worker', 'notifier'].includes(component);
      expect(endpoint !== undefined, component).toBe(sends);
      if (endpoint === undefined) continue;
      const { hostname, port } = new URL(endpoint);
      const opened = rules('Egress', labels).filter(({ ports }) => ports?.some((one) => one.port === Number(port)));
      const namespace = { matchLabels: { 'kubernetes.io/metadata.name': hostname.split('.')[1] } };
      expect(opened.map(({ to }) => to)).toEqual([[{ namespaceSelector: namespace }]]);
    }
  });

  test('who talks to the internet reaches nothing private on the way', () => {
    for (const component of ['gateway', 'notifier', ...(downloads ? ['model-download'] : [])]) {
      expect(reaches(component, publicAddress, 443), component).toBe(true);
      for (const address of [
        cloudMetadata,
        apiServer,
        '192.168.0.1',
        '172.16.0.1',
        '100.64.0.1',
        '127.0.0.1',
        'fd00::1',
      ]) {
        expect(reaches(component, address, 443), `${component} ${address}`).toBe(false);
        expect(reaches(component, address, 80), `${component} ${address}`).toBe(false);
      }
    }
    if (downloads) expect(reaches('model-download', apiServer, 6379), 'it has no business with Redis').toBe(false);
  });

  test('a private network is open to whom the environment lets in, and to nobody else', () => {
    const given = settings(podOf(pods, 'gateway').containers[0]);
    expect(given.BLIPQ_FETCH_ALLOW).toBe(privateNetworks ? '10.1.0.0/16' : undefined);
    expect(given.BLIPQ_FETCH_PORTS).toBe(privateNetworks ? '8080' : undefined);
    for (const component of ['gateway', 'notifier']) {
      const { BLIPQ_WEBHOOK_ALLOW, BLIPQ_WEBHOOK_PORTS } = settings(podOf(pods, component).containers[0]);
      expect(BLIPQ_WEBHOOK_ALLOW, component).toBe(privateNetworks ? '10.2.0.7' : undefined);
      expect(BLIPQ_WEBHOOK_PORTS, component).toBe(privateNetworks ? '8443' : undefined);
    }
    expect(reaches('gateway', '10.1.2.3', 8080)).toBe(privateNetworks);
    expect(reaches('gateway', '10.1.2.3', 443)).toBe(privateNetworks);
    expect(reaches('gateway', publicAddress, 8080)).toBe(privateNetworks);
    expect(reaches('notifier', '10.2.0.7', 8443)).toBe(privateNetworks);
    expect(reaches('notifier', '10.2.0.8', 8443)).toBe(false);
    expect(reaches('notifier', '10.1.2.3', 443)).toBe(false);
    expect(reaches('gateway', '10.2.0.7', 8443)).toBe(false);
  });

  test('demand and metrics are for KEDA and Prometheus, in their namespaces', () => {
    const labels = labelsOf('gateway');
    const openTo = rules('Ingress', labels).filter(
      ({ ports }) => ports === undefined || ports.some(({ port }) => port === 3002),
    );
    expect(openTo).toHaveLength(1);
    const [{ namespaceSelector, ...more }] = openTo[0]!.from as [{ namespaceSelector: Parameters<typeof selects>[0] }];
    expect(more).toEqual({});
    const letIn = ['keda', 'monitoring', 'default'].filter((namespace) =>
      selects(namespaceSelector, { 'kubernetes.io/metadata.name': namespace }),
    );
    expect(letIn).toEqual(['keda', 'monitoring']);
  });

  test('nothing comes in to a worker but Prometheus', () => {
    const ports = rules('Ingress', labelsOf('worker')).map((rule) => [rule.from, rule.ports]);
    const monitoring = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };
    expect(ports).toEqual([[[monitoring], [{ protocol: 'TCP', port: 3001 }]]]);
  });
});

describe.skipIf(helm === undefined)('values', () => {
  test('the ports of redis.url are opened, of all its hosts, and a password with a colon opens none', () => {
    const args = ['--set', 'models[0].name=a/b', '--set'];
    const url = 'redis.url=redis-sentinel://u:70@a.invalid:26379\\,b.invalid:26380/0#main';
    const { pods, rules } = network(install([...args, url]));
    const ports = rules('Egress', podOf(pods, 'worker').labels).flatMap((rule) => rule.ports?.map(({ port }) => port));
    expect(new Set(ports)).toEqual(new Set([53, 6379, 26379, 26380]));
  });

  test('redis.cidrs is where Redis may be outside the cluster', () => {
    const { reaches } = network(install([...least, '--set', 'redis.cidrs={203.0.113.0/24}']));
    expect(reaches('worker', '203.0.113.9', 6379)).toBe(true);
    expect(reaches('worker', '10.0.0.1', 6379)).toBe(false);
  });

  test('networkPolicy.clients says who may call', () => {
    const from = 'networkPolicy.clients=[{"podSelector":{"matchLabels":{"app":"shop"}}}]';
    const { pods, rules } = network(install([...least, '--set-json', from]));
    const [api] = rules('Ingress', podOf(pods, 'gateway').labels).filter(({ ports }) => ports?.[0]?.port === 3000);
    expect(api?.from).toEqual([{ podSelector: { matchLabels: { app: 'shop' } } }]);
  });

  test('a mirror of the Hub is reached at its port, on the networks that hub.allow has', () => {
    const { reaches, pods } = network(
      install([...least, '--set', 'hub.endpoint=https://hub.invalid:8443', '--set', 'hub.allow={10.9.0.0/16}']),
    );
    expect(reaches('model-download', '10.9.0.1', 8443)).toBe(true);
    expect(reaches('model-download', '10.8.0.1', 8443)).toBe(false);
    const plain = network(install([...least, '--set', 'hub.endpoint=http://hub.invalid'])).reaches;
    expect(plain('model-download', publicAddress, 80)).toBe(true);
    expect(reaches('model-download', publicAddress, 80)).toBe(false);
    expect(settings(podOf(pods, 'model-download').containers[0]).HF_ENDPOINT).toBe('https://hub.invalid:8443');
  });
});

function policies(objects: KubernetesObject[]): KubernetesObject[] {
  return objects.filter(({ kind }) => kind === 'NetworkPolicy');
}

function inBlock(address: string, { cidr, except = [] }: IpBlock): boolean {
  return inNetwork(address, cidr) && !except.some((one) => inNetwork(address, one));
}

function inNetwork(address: string, cidr: string): boolean {
  const family = (text: string) => (text.includes(':') ? 'ipv6' : 'ipv4');
  const [network, prefix] = cidr.split('/') as [string, string];
  if (family(network) !== family(address)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family(network));
  return list.check(address, family(address));
}
