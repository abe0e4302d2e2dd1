import { BlipqError } from '@blipq/contracts';
import { inSpan, keepSpans } from '@blipq/service';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterAll, afterEach, beforeEach, expect, inject, test } from 'vitest';
import { openTelemetry } from '../../service/dist/open-telemetry.js';
import { WorkConsumer } from './attempts/work-consumer.js';
import { WorkQueue } from './callers/work-queue.js';
import { type DeliveryWork, DeliveryWorker } from './deliveries/delivery-worker.js';
import { freshNamespace, latch, made, patient, serves, submission } from './testing/fixtures.js';

const redisUrl = inject('redisUrl');
const memory = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
provider.register({ propagator: new W3CTraceContextPropagator() });
keepSpans(openTelemetry);
afterAll(() => provider.shutdown());

let namespace: string;
let queue: WorkQueue;
const others: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  memory.reset();
  namespace = freshNamespace();
  queue = new WorkQueue({ redisUrl, namespace, ...patient });
  await queue.start();
});
afterEach(async () => {
  for (const other of others.splice(0)) await other.stop();
  await queue.stop();
});

const named = (prefix: string) => memory.getFinishedSpans().filter(({ name }) => name.startsWith(prefix));
const webhook = { url: 'https://receiver.example/', events: ['caption.succeeded' as const], secret: 'default' };

test('every attempt continues the trace of its submission, and the webhook that of the last attempt', async () => {
  const worker = new WorkConsumer({
    ...{ serves, redisUrl, namespace, concurrency: 1 },
    handler: async ({ attempt }) => {
      if (attempt === 1) throw new BlipqError('out_of_memory', 'Not now.');
      return made('at the second attempt');
    },
  });
  const sent = latch<DeliveryWork>();
  const notifier = new DeliveryWorker({
    ...{ redisUrl, namespace },
    gate: { enter: async () => ({ leave: () => undefined }) },
    send: async (work) => {
      sent.open(work);
      const attempt = { at: new Date().toISOString(), duration_ms: 1, status: 200, error: null };
      return { status: 'delivered', attempt, host: 'alive' };
    },
  });
  others.push(worker, notifier);
  await worker.start();
  await notifier.start();
  const { work } = await inSpan('request', {}, () => queue.submit(submission({ webhook })));
  const { trace } = await sent.promise;

  const [request] = named('request');
  const [enqueue] = named('enqueue captions.demo');
  const [first, second, ...more] = named('process captions.demo');
  expect(more).toEqual([]);
  expect(enqueue!.parentSpanContext?.spanId).toBe(request!.spanContext().spanId);
  for (const attempt of [first!, second!]) {
    expect(attempt.spanContext().traceId).toBe(request!.spanContext().traceId);
    expect(attempt.parentSpanContext?.spanId).toBe(enqueue!.spanContext().spanId);
    expect(attempt.attributes['blipq.caption.id']).toBe(work.id);
  }
  expect([first, second].map((one) => [one!.attributes['blipq.attempt'], one!.attributes['error.type']])).toEqual([
    [1, 'out_of_memory'],
    [2, undefined],
  ]);
  expect(trace).toBe(`00-${second!.spanContext().traceId}-${second!.spanContext().spanId}-01`);
});

test('a submission outside of any span begins a trace of its own, and the record carries it nowhere else', async () => {
  const { work } = await queue.submit(submission());
  expect(named('enqueue')[0]!.parentSpanContext).toBeUndefined();
  expect(JSON.stringify(await queue.read(work.id))).not.toContain(named('enqueue')[0]!.spanContext().traceId);
});
