import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { type App, AppProcess, freePort } from '../packages/test-servers/src/index.js';
import { untilAnswered } from './until-answered.js';
import { Receiver } from './webhooks.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const scene = new Uint8Array(readFileSync(join(root, 'models/demo/examples/sun-above-a-house.png')));
const namespace = `test-metrics-${process.pid}`;
const processes: AppProcess[] = [];
/** Where each process prints its metrics. */
const ports: Record<string, number> = {};
let api: string;
let receiverPort: number;

function start(app: App, env: Record<string, string>): void {
  processes.push(new AppProcess(app, { BLIPQ_NAMESPACE: namespace, REDIS_URL: inject('redisUrl'), ...env }));
}

beforeAll(async () => {
  const port = await freePort();
  api = `http://127.0.0.1:${port}`;
  for (const app of ['gateway', 'worker', 'notifier']) ports[app] = await freePort();
  receiverPort = await freePort();
  const hookPort = String(receiverPort);
  const receivers = { BLIPQ_WEBHOOK_ALLOW: '127.0.0.1', BLIPQ_WEBHOOK_HTTP: '1', BLIPQ_WEBHOOK_PORTS: hookPort };
  const threads = { BLIPQ_THREADS: '1' };
  start('worker', {
    ...threads,
    ...{
      BLIPQ_MODEL: join(root, 'models/demo'),
      BLIPQ_CACHE: inject('modelCache'),
      BLIPQ_HEALTH_PORT: String(ports.worker),
    },
  });
  start('gateway', { ...threads, ...receivers, PORT: String(port), BLIPQ_INTERNAL_PORT: String(ports.gateway) });
  start('notifier', { ...receivers, BLIPQ_WEBHOOK_SECRET: secret, BLIPQ_HEALTH_PORT: String(ports.notifier) });
  const answers = async (url: string) => expect((await fetch(url)).status).toBe(200);
  for (const url of [
    `${api}/readyz`,
    ...['worker', 'notifier'].map((app) => `http://127.0.0.1:${ports[app]}/readyz`),
  ]) {
    await vi.waitFor(() => answers(url), { interval: 100 });
  }
});

afterAll(async () => {
  await Promise.all(processes.map((each) => each.kill('SIGKILL')));
});

interface Scrape {
  /** By name and labels as printed. */
  samples: Map<string, number>;
  /** By name: help, and the labels that occur. */
  metrics: Map<string, { help: string; type: string; labels: Set<string> }>;
}

async function scrape(app: string): Promise<Scrape> {
  const response = await fetch(`http://127.0.0.1:${ports[app]}/metrics`);
  expect(response.status).toBe(200);
  const lines = (await response.text()).split('\n');
  const metrics: Scrape['metrics'] = new Map();
  const samples = new Map<string, number>();
  for (const line of lines) {
    const [, kind, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') metrics.set(name!, { help: rest!, type: '', labels: new Set() });
    if (kind === 'TYPE') metrics.get(name!)!.type = rest!;
    if (line === '' || line.startsWith('#')) continue;
    const series = line.slice(0, line.lastIndexOf(' '));
    samples.set(series, Number(line.slice(series.length + 1)));
    const [, sample, labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(series)!;
    const metric = metrics.get(sample!) ?? metrics.get(sample!.replace(/_(bucket|sum|count)$/, ''))!;
    for (const [, label] of labels.matchAll(/(\w+)="/g)) if (label !== 'le') metric.labels.add(label!);
  }
  return { samples, metrics };
}

/** The tables of docs/reference/metrics.md by process. */
function documented(app: string): Map<string, { help: string; type: string; labels: string[] }> {
  const text = readFileSync(join(root, 'docs/reference/metrics.md'), 'utf8');
  const sections = text
    .split(/^## /m)
    .filter((section) => /^(Every process)/.test(section) || section.includes(`The ${app}\n`));
  const rows = sections.join('\n').matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) \| (.*) \|$/gm);
  return new Map(
    [...rows].map(([, name, type, labels, help]) => [
      name!,
      { help: help!, type: type!, labels: [...labels!.matchAll(/\w+/g)].map(String) },
    ]),
  );
}

test.each(['gateway', 'worker', 'notifier'])('the %s prints what docs/reference/metrics.md says', async (app) => {
  const { metrics, samples } = await scrape(app);
  const ours = [...metrics].filter(([name]) => name.startsWith('blipq_'));
  const expected = documented(app);
  expect(ours.map(([name]) => name).sort()).toEqual([...expected.keys()].sort());
  for (const [name, { help, type, labels }] of ours) {
    const said = expected.get(name)!;
    expect({ name, help, type }).toEqual({ name, help: said.help, type: said.type });
    expect([...labels].filter((label) => !said.labels.includes(label))).toEqual([]);
  }
  expect([...samples.keys()]).toContain('nodejs_eventloop_lag_p99_seconds');
  const unitless = ours.filter(([name, { type }]) => type === 'counter' && !name.endsWith('_total'));
  expect(unitless).toEqual([]);
});

test('one caption and its webhook move the counters of all three, and no label comes from a caller', async () => {
  const receiver = await Receiver.start(secret, (response) => response.writeHead(204).end(), '127.0.0.1', receiverPort);
  const form = new FormData();
  form.set('image', new Blob([scene]), 'scene.png');
  form.set('prompt', 'a picture of');
  form.set('webhook', receiver.url);
  let before!: Record<'gateway' | 'worker' | 'notifier', Scrape>;
  const response = await untilAnswered(async () => {
    const [gateway, worker, notifier] = [await scrape('gateway'), await scrape('worker'), await scrape('notifier')];
    before = { gateway, worker, notifier };
    return await fetch(`${api}/v1/captions`, { method: 'POST', body: form, headers: { prefer: 'wait=30' } });
  });
  const caption = (await response.json()) as { id: string; state: string; caption: { tokens: unknown[] } };
  expect(caption).toMatchObject({ state: 'succeeded' });
  const moved = async (app: keyof typeof before, series: string) =>
    ((await scrape(app)).samples.get(series) ?? 0) - (before[app].samples.get(series) ?? 0);
  await vi.waitFor(async () => {
    expect(await moved('notifier', 'blipq_webhook_attempts_total{outcome="delivered"}')).toBe(1);
    expect(await moved('worker', 'blipq_caption_attempts_total{outcome="succeeded"}')).toBe(1);
  });
  expect(await moved('gateway', 'blipq_submissions_total{outcome="queued"}')).toBe(1);
  expect(await moved('gateway', 'blipq_preprocess_seconds_count')).toBe(1);
  const once = [
    'blipq_wait_seconds',
    'blipq_total_seconds',
    'blipq_encode_seconds',
    'blipq_decode_seconds',
    'blipq_batch_size',
  ];
  for (const name of once) expect([name, await moved('worker', `${name}_count`)]).toEqual([name, 1]);
  expect(await moved('worker', 'blipq_tokens_total')).toBe(caption.caption.tokens.length);
  expect(await moved('worker', 'blipq_batches_total{status="done"}')).toBe(1);
  expect(await moved('notifier', 'blipq_webhook_seconds_count')).toBe(1);
  for (const app of ['gateway', 'worker', 'notifier']) {
    const series = [...(await scrape(app)).samples.keys()].filter((name) => name.startsWith('blipq_')).join('\n');
    expect(series).not.toMatch(new RegExp(`${caption.id}|picture|127\\.0\\.0\\.1|public`));
  }
});
