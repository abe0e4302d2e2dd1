import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { type App, AppProcess, freePort } from '../packages/test-servers/src/index.js';
import { untilAnswered } from './until-answered.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const scene = new Uint8Array(readFileSync(join(root, 'models/demo/examples/sun-above-a-house.png')));

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  service: string;
  attributes: Record<string, unknown>;
  startMs: number;
  endMs: number;
}
const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };

/** What OTLP's JSON has of spans. */
interface TracesBody {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: (Omit<Span, 'attributes'> &
        Record<'startTimeUnixNano' | 'endTimeUnixNano', string> & { attributes: Attribute[] })[];
    }[];
  }[];
}
type Attribute = { key: string; value: Record<string, unknown> };

const plain = (attributes: Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

const servicesOf = ({ resourceSpans }: TracesBody) =>
  resourceSpans.map(({ resource }) => String(plain(resource.attributes)['service.name']));

/** An OTLP collector that takes JSON over HTTP. */
class Collector {
  readonly spans: Span[] = [];
  /** Exports that were refused, by service. */
  readonly refused = new Map<string, number>();
  connections = 0;
  status = 200;
  url = '';

  static async start(): Promise<Collector> {
    const collector = new Collector();
    const server = createServer(async (request, response) => {
      const body = (await json(request)) as TracesBody;
      expect(request.url).toBe('/v1/traces');
      if (collector.status === 200) collector.#take(body);
      else for (const name of servicesOf(body)) collector.refused.set(name, (collector.refused.get(name) ?? 0) + 1);
      response.writeHead(collector.status, { 'content-type': 'application/json' }).end('{}');
    });
    server.on('connection', () => {
      collector.connections += 1;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return collector;
  }

  #take({ resourceSpans }: TracesBody): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = String(plain(resource.attributes)['service.name']);
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const times = { startMs: Number(span.startTimeUnixNano) / 1e6, endMs: Number(span.endTimeUnixNano) / 1e6 };
        this.spans.push({ ...span, service, attributes: plain(span.attributes), ...times });
      }
    }
  }
}

/** A gateway, a worker and a notifier of their own, with one environment. */
async function startAll(env: Record<string, string>, hookPort: number) {
  const port = await freePort();
  const health = { worker: await freePort(), notifier: await freePort() };
  const receivers = {
    BLIPQ_WEBHOOK_ALLOW: '127.0.0.1',
    BLIPQ_WEBHOOK_HTTP: '1',
    BLIPQ_WEBHOOK_PORTS: String(hookPort),
  };
  const common = {
    ...{ REDIS_URL: inject('redisUrl'), BLIPQ_LOG_LEVEL: 'debug' },
    BLIPQ_NAMESPACE: `test-tracing-${randomBytes(6).toString('hex')}`,
    ...env,
  };
  const start = (app: App, own: Record<string, string>): AppProcess => {
    const started = new AppProcess(app, { ...common, ...own });
    onTestFinished(() => void started.child.kill('SIGKILL'));
    return started;
  };
  const model = { BLIPQ_MODEL: join(root, 'models/demo'), BLIPQ_CACHE: inject('modelCache') };
  const processes = {
    worker: start('worker', { ...model, BLIPQ_THREADS: '1', BLIPQ_HEALTH_PORT: String(health.worker) }),
    notifier: start('notifier', {
      ...receivers,
      BLIPQ_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
      BLIPQ_HEALTH_PORT: String(health.notifier),
    }),
    gateway: start('gateway', { ...receivers, BLIPQ_THREADS: '1', PORT: String(port), BLIPQ_INTERNAL_PORT: '0' }),
  };
  for (const at of [port, ...Object.values(health)]) {
    const answers = async () => expect((await fetch(`http://127.0.0.1:${at}/readyz`)).status).toBe(200);
    await vi.waitFor(answers, { interval: 100 });
  }
  const stop = async () => {
    for (const { child } of Object.values(processes)) child.kill('SIGTERM');
    return await Promise.all(Object.values(processes).map(({ ended }) => ended));
  };
  return { ...processes, api: `http://127.0.0.1:${port}`, stop };
}

/** Takes webhooks, and keeps their headers. */
async function startReceiver() {
  const received: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    received.push(request.headers);
    request.resume();
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { received, port, url: `http://127.0.0.1:${port}/hook?key=of-the-receiver` };
}

/** @param headers more of them, asked for at each try */
async function submit(api: string, webhook: string, headers: () => Record<string, string> = () => ({})) {
  const form = new FormData();
  form.set('image', new Blob([scene]), 'scene.png');
  form.set('prompt', 'a picture of');
  form.set('webhook', webhook);
  const response = await untilAnswered(() =>
    fetch(`${api}/v1/captions`, { method: 'POST', body: form, headers: { prefer: 'wait=30', ...headers() } }),
  );
  expect(response.status).toBe(200);
  return (await response.json()) as { id: string };
}

const quickly = { OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };

test('one caption is one trace: request, preprocessing, queue, engine and webhook, below the span of the caller', async () => {
  const collector = await Collector.start();
  const receiver = await startReceiver();
  const all = await startAll({ ...quickly, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, receiver.port);
  const callerSpan = randomBytes(8).toString('hex');
  let traceId = '';
  const { id } = await submit(all.api, receiver.url, () => {
    traceId = randomBytes(16).toString('hex');
    return { traceparent: `00-${traceId}-${callerSpan}-01`, baggage: 'who=secret' };
  });

  // Three processes export them, each at times of its own.
  const tree = await vi.waitFor(() => {
    const spans = collector.spans.filter((span) => span.traceId === traceId);
    expect(spans).toHaveLength(7);
    return spans;
  });
  const [server, preprocess, enqueue, process, encode, decode, deliver] = [
    ...['POST /v1/captions', 'preprocess', 'enqueue captions.demo', 'process captions.demo'],
    ...['encode', 'decode', 'deliver'],
  ].map((wanted) => {
    const found = tree.filter(({ name }) => name === wanted);
    expect(found, wanted).toHaveLength(1);
    return found[0]!;
  }) as [Span, Span, Span, Span, Span, Span, Span];

  expect(server).toMatchObject({ parentSpanId: callerSpan, kind: kinds.server, service: 'blipq-gateway' });
  expect(server.attributes).toMatchObject({
    ...{ 'http.request.method': 'POST', 'http.route': '/v1/captions', 'http.response.status_code': 200 },
  });
  expect(preprocess).toMatchObject({ parentSpanId: server.spanId, kind: kinds.internal });
  expect(enqueue).toMatchObject({ parentSpanId: server.spanId, kind: kinds.producer });
  const job = { 'blipq.caption.id': id, 'blipq.model': 'demo', 'blipq.task': 'captioning' };
  expect(enqueue.attributes).toMatchObject({ ...job, 'messaging.destination.name': 'captions.demo' });
  expect(process).toMatchObject({ parentSpanId: enqueue.spanId, kind: kinds.consumer, service: 'blipq-worker' });
  expect(process.attributes).toMatchObject({ ...job, 'blipq.attempt': 1 });
  for (const part of [encode, decode]) {
    expect(part).toMatchObject({ parentSpanId: process.spanId, attributes: { 'blipq.batch.size': 1 } });
  }
  expect(encode.endMs).toBeCloseTo(decode.startMs, 3);
  expect(deliver).toMatchObject({ parentSpanId: process.spanId, kind: kinds.client, service: 'blipq-notifier' });
  expect(deliver.attributes).toMatchObject({
    ...{ 'http.response.status_code': 204, 'server.address': '127.0.0.1', 'blipq.attempt': 1 },
  });

  // The receiver may go on with it, and is told nothing else of the caller's.
  expect(receiver.received).toHaveLength(1);
  expect(receiver.received[0]).toMatchObject({ traceparent: `00-${traceId}-${deliver.spanId}-01` });
  expect(receiver.received[0]).not.toHaveProperty('baggage');
  expect(JSON.stringify(collector.spans)).not.toMatch(/picture|of-the-receiver|whsec|secret/);

  const line = (from: AppProcess, msg: string, traced: Record<string, unknown>) =>
    vi.waitFor(() => expect(from.log).toContainEqual(expect.objectContaining({ msg, ...traced })));
  await line(all.gateway, 'request answered', { trace_id: traceId, path: '/v1/captions' });
  await line(all.worker, 'work attempted', { trace_id: traceId, id });
  await line(all.notifier, 'webhook sent', { trace_id: traceId });
  expect(collector.spans.filter(({ name }) => /livez|readyz/.test(name))).toEqual([]);

  // Spans are named after routes, of which there are few, and not after paths.
  expect((await untilAnswered(() => fetch(`${all.api}/v1/captions/${id}?who=secret`))).status).toBe(200);
  expect((await fetch(`${all.api}/nowhere/secret`, { method: 'HEAD' })).status).toBe(404);
  // Spans of a process that is stopped are sent before it ends.
  await submit(all.api, receiver.url);
  expect(await all.stop()).toEqual([
    [0, null],
    [0, null],
    [0, null],
  ]);
  const answered = collector.spans.filter(({ attributes }) => attributes['http.response.status_code'] !== 503);
  const count = (name: string) => answered.filter((span) => span.name === name).length;
  expect(['POST /v1/captions', 'GET /v1/captions/:id', 'HEAD'].map(count)).toEqual([2, 1, 1]);
  expect(JSON.stringify(collector.spans)).not.toContain('who=secret');
});

test('a collector that fails harms nobody, and is logged once until it is back', async () => {
  const collector = await Collector.start();
  collector.status = 400;
  const receiver = await startReceiver();
  const all = await startAll(
    { ...quickly, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces` },
    receiver.port,
  );
  const refusals = () => ['blipq-gateway', 'blipq-worker'].map((name) => collector.refused.get(name) ?? 0);
  while (Math.min(...refusals()) < 3) await submit(all.api, receiver.url);
  const told = ({ log }: AppProcess, msg: RegExp) => log.filter((line) => msg.test(String(line.msg))).length;
  for (const one of [all.gateway, all.worker]) {
    await vi.waitFor(() => expect(told(one, /traces are lost/)).toBe(1));
  }
  collector.status = 200;
  await submit(all.api, receiver.url);
  await vi.waitFor(() => expect(told(all.gateway, /traces are taken again/)).toBe(1));
  expect(told(all.gateway, /traces are lost/)).toBe(1);
  expect(told(all.worker, /traces are lost/)).toBe(1);
});

test('a collector that hangs keeps no process from working and from ending', async () => {
  const hanging = createServer(() => {}).listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  onTestFinished(() => {
    hanging.closeAllConnections();
    hanging.close();
  });
  const hangs = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
  const receiver = await startReceiver();
  const all = await startAll({ ...quickly, OTEL_EXPORTER_OTLP_ENDPOINT: hangs }, receiver.port);
  await submit(all.api, receiver.url);
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1));
  expect(await all.stop()).toEqual([
    [0, null],
    [0, null],
    [0, null],
  ]);
});

test.each<Record<string, string>>([{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }])(
  '%o: nobody is connected to',
  async (off) => {
    const collector = await Collector.start();
    const receiver = await startReceiver();
    const all = await startAll({ ...quickly, ...off, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, receiver.port);
    await submit(all.api, receiver.url);
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1));
    expect(receiver.received[0]).not.toHaveProperty('traceparent');
    await all.stop();
    expect(collector.connections).toBe(0);
    expect(all.gateway.log.filter((line) => 'trace_id' in line)).toEqual([]);
  },
);
