import { BlockList } from 'node:net';
import { describe, expect, test } from 'vitest';
import { selects, settings, workloads } from './pods.js';
import { type KubernetesObject, kubectl, kustomizations, render } from './render.js';

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

describe.skipIf(kubectl === undefined).each(kubectl === undefined ? [] : kustomizations)('%s', (folder) => {
  const objects = kubectl === undefined ? [] : render(folder);
  const pods = workloads(objects);
  const labelsOf = (name: string) => pods.find((pod) => pod.name === name)!.labels;
  const rules = (direction: 'Ingress' | 'Egress', labels: Record<string, string>): Rule[] =>
    policies(objects)
      .filter(({ spec }) => selects(spec.podSelector, labels) && spec.policyTypes.includes(direction))
      .flatMap(({ spec }) => spec[direction.toLowerCase()] ?? []);
  const reaches = (name: string, address: string, port: number) =>
    rules('Egress', labelsOf(name)).some(
      (rule) =>
        (rule.ports === undefined || rule.ports.some((one) => one.port === port)) &&
        (rule.to === undefined || rule.to.some(({ ipBlock }) => ipBlock !== undefined && inBlock(address, ipBlock))),
    );

  test('every pod is closed both ways, but for what a policy opens', () => {
    const closed = policies(objects).find(
      ({ spec }) => Object.keys(spec.podSelector).length === 0 && !spec.ingress && !spec.egress,
    );
    expect(closed?.spec.policyTypes).toEqual(['Ingress', 'Egress']);
  });

  test('a worker reaches DNS and Redis and nothing else', () => {
    const opened = rules('Egress', labelsOf('worker')).flatMap(({ ports }) => ports?.map(({ port }) => port));
    const collector = folder.endsWith('tracing') ? [4318] : [];
    expect(new Set(opened)).toEqual(new Set([53, 6379, ...collector]));
    for (const port of [53, 80, 443, 4318, 6379]) {
      expect(reaches('worker', publicAddress, port), `internet:${port}`).toBe(false);
      expect(reaches('worker', cloudMetadata, port), `cloud metadata:${port}`).toBe(false);
    }
    expect(reaches('worker', apiServer, 443)).toBe(false);
  });

  test('spans are sent where a policy lets them, in one namespace', () => {
    for (const { name, labels, containers } of pods) {
      const endpoint = settings(objects, containers[0]).OTEL_EXPORTER_OTLP_ENDPOINT;
      const sends = folder.endsWith('tracing') && ['gateway', 'worker', 'notifier'].includes(name);
      expect(endpoint !== undefined, name).toBe(sends);
      if (endpoint === undefined) continue;
      const { hostname, port } = new URL(endpoint);
      const opened = rules('Egress', labels).filter(({ ports }) => ports?.some((one) => one.port === Number(port)));
      const namespace = { matchLabels: { 'kubernetes.io/metadata.name': hostname.split('.')[1] } };
      expect(opened.map(({ to }) => to)).toEqual([[{ namespaceSelector: namespace }]]);
    }
  });

  test('who talks to the internet reaches nothing private on the way', () => {
    for (const name of ['gateway', 'notifier', 'model-download']) {
      expect(reaches(name, publicAddress, 443), name).toBe(true);
      for (const address of [
        cloudMetadata,
        apiServer,
        '192.168.0.1',
        '172.16.0.1',
        '100.64.0.1',
        '127.0.0.1',
        'fd00::1',
      ]) {
        expect(reaches(name, address, 443), `${name} ${address}`).toBe(false);
        expect(reaches(name, address, 80), `${name} ${address}`).toBe(false);
      }
    }
    expect(reaches('model-download', apiServer, 6379), 'the download has no business with Redis').toBe(false);
  });

  test('demand and metrics are for KEDA and Prometheus, in their namespaces', () => {
    const labels = labelsOf('gateway');
    const openTo = rules('Ingress', labels).filter(
      ({ ports }) => ports === undefined || ports.some(({ port }) => port === 3002),
    );
    expect(openTo).toHaveLength(1);
    const [{ namespaceSelector, ...more }] = openTo[0]!.from as [{ namespaceSelector: Parameters<typeof selects>[0] }];
    expect(more).toEqual({});
    const letIn = ['keda', 'monitoring', 'default'].filter((name) =>
      selects(namespaceSelector, { 'kubernetes.io/metadata.name': name }),
    );
    expect(letIn).toEqual(['keda', 'monitoring']);
    const ingress = objects.filter(({ kind }) => kind === 'Ingress');
    expect(JSON.stringify(ingress)).not.toContain('gateway-internal');
  });

  test('nothing comes in to a worker but Prometheus', () => {
    const ports = rules('Ingress', labelsOf('worker')).map((rule) => [rule.from, rule.ports]);
    const monitoring = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };
    expect(ports).toEqual([[[monitoring], [{ protocol: 'TCP', port: 3001 }]]]);
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
