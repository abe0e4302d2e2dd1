import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { installations, type KubernetesObject } from './render.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

const all = () => Object.values(installations).flat();

/** The packages with the types of the groups that Kubernetes itself does not have. */
const packages: Record<string, string> = {
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
};

/** The module with the types and schemas of an API group. */
function typesModule(apiVersion: string): string {
  return `${packages[apiVersion.split('/')[0]!] ?? 'kubernetes-models'}/${apiVersion}`;
}

test.each(Object.entries(installations))('%s: every object fits the schema of its kind', async (_name, objects) => {
  for (const object of objects) {
    const { [object.kind]: Model } = await import(typesModule(object.apiVersion));
    expect(() => new Model(object).validate(), `${object.kind} ${object.metadata.name}`).not.toThrow();
  }
});

test('a wrong type and a missing field are found', async () => {
  const { Deployment } = await import(typesModule('apps/v1'));
  expect(() => new Deployment({ metadata: { name: 'x' }, spec: { replicas: 'two' } }).validate()).toThrow();
});

// Schemas let fields through that they do not know; the compiler does not.
test('no object has a field that its kind does not have', () => expect(compile(all())).toEqual(''));

test('a misspelt field is found', () => {
  const worker = structuredClone(
    all().find(({ kind, metadata }) => kind === 'Deployment' && metadata.name.includes('worker')),
  )!;
  worker.spec.template.spec.containers[0].readinesProbe = {};
  expect(compile([worker])).toMatch(/readinesProbe.* does not exist/);
});

/** What the compiler says about the objects as literals of their types. */
function compile(objects: KubernetesObject[]): string {
  const cache = join(root, 'node_modules/.cache/blipq');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'kubernetes-types-'));
  try {
    const lines = objects.map((object, index) => {
      const type = `import('${typesModule(object.apiVersion)}').I${object.kind}`;
      return `export const object${index}: ${type} = ${JSON.stringify(object)};`;
    });
    writeFileSync(join(folder, 'objects.ts'), lines.join('\n'));
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'esnext', '--moduleResolution', 'bundler'];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    return spawnSync(process.execPath, [tsc, ...options, '--ignoreConfig', 'objects.ts'], {
      cwd: folder,
      encoding: 'utf8',
    }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
