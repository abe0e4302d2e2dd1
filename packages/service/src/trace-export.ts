import { setTimeout as delay } from 'node:timers/promises';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Logger } from './logger.js';
import { openTelemetry } from './open-telemetry.js';
import type { ServicePart } from './run-service.js';
import { keepSpans } from './span.js';

/** How spans are written down for the collector, in OpenTelemetry's words. */
export type TraceProtocol = 'http/protobuf' | 'http/json';

/** What a stop spends on the last spans, whether the collector takes them or not. */
const flushMs = 2000;

/**
 * OpenTelemetry's SDK, which reads its own OTEL_… variables. Spans wait in a bounded queue and are dropped beyond it,
 * so that a collector that is away, or slow, costs nobody anything.
 */
export class TraceExport implements ServicePart {
  readonly #service: string;
  readonly #protocol: TraceProtocol;
  readonly #logger: Logger;
  #provider: NodeTracerProvider | undefined;

  constructor(service: string, protocol: TraceProtocol, logger: Logger) {
    this.#service = service;
    this.#protocol = protocol;
    this.#logger = logger;
  }

  async start(): Promise<void> {
    const resource = defaultResource()
      .merge(resourceFromAttributes({ 'service.name': this.#service }))
      .merge(detectResources({ detectors: [envDetector] }));
    const exporter = reported(await exporterFor(this.#protocol), this.#logger);
    this.#provider = new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
    // Not the default propagators: baggage is for those inside, and webhooks go to those outside.

    this.#provider.register({ propagator: new W3CTraceContextPropagator() });
    keepSpans(openTelemetry);
    this.#logger.info({ protocol: this.#protocol }, 'exporting traces');
  }

  async stop(): Promise<void> {
    await Promise.race([this.#provider?.shutdown().catch(() => undefined), delay(flushMs, undefined, { ref: false })]);
  }
}

async function exporterFor(protocol: TraceProtocol): Promise<OTLPTraceExporter> {
  const { OTLPTraceExporter: Exporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new Exporter();
}

/** Says once that the collector does not take spans, and once that it does again. */
function reported(exporter: SpanExporter, logger: Logger): SpanExporter {
  let away = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined || result.code !== 0;
        if (failed && !away) logger.warn({ error: result.error?.message }, 'traces are lost: the collector fails');
        if (!failed && away) logger.info('traces are taken again');
        away = failed;
        done(result);
      }),
    forceFlush: async () => await exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
